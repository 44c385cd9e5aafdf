"""What a person has allowed for a whole chat, and taking it back."""

from django.http import HttpResponse
from django.template.response import TemplateResponse

from assistants.actions.actions.withdraw_always import withdraw_always
from assistants.actions.allowed import always_allowed
from assistants.chat.queries import access_conversation
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.USE_ASSISTANTS)
def allowed_list(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """The list, for the dialog of a chat."""
    return _list(request, conversation_id)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def allowed_withdraw(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    """Ask again before one operation is called."""
    withdraw_always(
        actor=request.actor,
        thread_id=conversation_id,
        action_id=request.POST.get("action", ""),
        operation=request.POST.get("operation", ""),
    )
    with tenant_scope(request.actor.organisation):
        return _list(request, conversation_id)


def _list(request: OrganisationRequest, conversation_id: str) -> HttpResponse:
    conversation = access_conversation(request.actor, conversation_id)
    context = {
        "conversation": conversation,
        "allowed": always_allowed(request.actor, conversation.public_id),
    }
    return TemplateResponse(request, "chat/_allowed.html", context)
