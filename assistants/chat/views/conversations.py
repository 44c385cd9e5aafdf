"""The pages of chats: the list, one conversation, and what is done to it."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from assistants.chat.actions.delete_conversation import delete_conversation, restore_conversation
from assistants.chat.actions.rename_conversation import rename_conversation
from assistants.chat.actions.show_branch import show_branch
from assistants.chat.actions.start_conversation import start_conversation
from assistants.chat.actions.switch_version import switch_version
from assistants.chat.faces import face_of
from assistants.chat.models import Conversation
from assistants.chat.pins import other_version
from assistants.chat.queries import access_conversation, conversations, shown_path
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

ORDER = ("-updated_at", "-id")
RECENT = 6
PAGE = 30


@organisation_page(Permission.USE_ASSISTANTS)
@vary_on_headers("HX-Request")
def conversation_list(request: OrganisationRequest) -> HttpResponse:
    """All of one's conversations, searched and paged."""
    context = _list_context(request)
    context["conversation"] = {"public_id": request.GET.get("at", "")}
    partial = request.headers.get("HX-Request") and request.headers.get("HX-Target") == "chat-list"
    return TemplateResponse(request, "chat/_list.html" if partial else "chat/conversation_list.html", context)


@organisation_page(Permission.USE_ASSISTANTS)
def conversation_detail(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """One conversation: its list at the left, the thread, and the drawer of sources."""
    conversation = access_conversation(request.actor, conversation_id)
    context = _list_context(request) | _thread_context(request, conversation)
    context["other_version"] = other_version(request.actor, conversation)
    return TemplateResponse(request, "chat/conversation_detail.html", context)


@organisation_page(Permission.USE_ASSISTANTS)
def conversation_thread(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """The thread alone, as it is saved."""
    conversation = access_conversation(request.actor, conversation_id)
    return TemplateResponse(request, "chat/_thread.html", _thread_context(request, conversation))


@organisation_page(Permission.USE_ASSISTANTS)
def conversation_recent(request: OrganisationRequest) -> HttpResponse:
    """The newest conversations, for the rail."""
    rows = conversations(request.actor).order_by(*ORDER)[:RECENT]
    return TemplateResponse(request, "chat/_recent.html", {"recent": rows})


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def conversation_start(request: OrganisationRequest) -> HttpResponse:
    """Start a conversation with an assistant, and ask the chosen starter where there is one."""
    reference, text = request.POST.get("reference", ""), request.POST.get("text", "")
    conversation = start_conversation(actor=request.actor, reference=reference, opening=text)
    return redirect("chat:conversation_detail", conversation.public_id)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def conversation_rename(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """Give the conversation another title."""
    rename_conversation(
        actor=request.actor, conversation_id=conversation_id, title=request.POST.get("title", "")
    )
    return redirect("chat:conversation_detail", conversation_id)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def conversation_delete(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """Take the conversation away; the list offers to bring it back."""
    conversation = delete_conversation(actor=request.actor, conversation_id=conversation_id)
    request.session["deleted_conversation"] = conversation.public_id
    return redirect("chat:conversation_list")


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def conversation_restore(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """Bring a deleted conversation back."""
    restore_conversation(actor=request.actor, conversation_id=conversation_id)
    flash.success(request, _("The chat is back."))
    return redirect("chat:conversation_detail", conversation_id)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def version_switch(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """Go on with the version that is live now."""
    conversation = switch_version(actor=request.actor, conversation_id=conversation_id)
    words = _("This chat goes on with version %(number)s.")
    flash.success(request, words % {"number": conversation.version_number})
    return redirect("chat:conversation_detail", conversation_id)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def branch_show(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """Show another version of a question or an answer."""
    conversation = show_branch(
        actor=request.actor, conversation_id=conversation_id, message_id=request.POST.get("message", "")
    )
    return _thread_response(request, conversation)


def _thread_response(request: OrganisationRequest, conversation: Conversation) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect("chat:conversation_detail", conversation.public_id)
    return _LazyThread(request, conversation)


class _LazyThread(TemplateResponse):
    """The thread, read when it is rendered: in the scope that a POST opens for that."""

    def __init__(self, request: HttpRequest, conversation: Conversation) -> None:
        super().__init__(request, "chat/_thread.html", {})
        self._conversation = conversation

    def resolve_context(self, context: Any) -> dict[str, Any]:
        request: Any = self._request
        return _thread_context(request, self._conversation)


def _thread_context(request: OrganisationRequest, conversation: Conversation) -> dict[str, Any]:
    nodes = shown_path(conversation)
    face = face_of(request.actor, conversation.reference)
    answering = next((n.message.turn for n in nodes if n.message.turn and n.message.turn.is_open), None)
    return {"conversation": conversation, "nodes": nodes, "face": face, "answering": answering}


def _list_context(request: OrganisationRequest) -> dict[str, Any]:
    rows = conversations(request.actor)
    search = request.GET.get("search", "").strip()[:100]
    if search:
        rows = rows.filter(title__icontains=search) | rows.filter(assistant_name__icontains=search)
    page = paginate(rows, cursor=request.GET.get("cursor"), limit=PAGE, order=ORDER)
    today = timezone.now().date()
    for row in page.results:
        row.period = _period((today - row.updated_at.date()).days)
    return {
        "page": page,
        "search": search,
        "nav": "chats",
        "deleted": request.session.pop("deleted_conversation", None) if request.method == "GET" else None,
    }


def _period(days: int) -> str:
    if days <= 0:
        return _("Today")
    if days == 1:
        return _("Yesterday")
    return _("Last week") if days <= 7 else _("Earlier")
