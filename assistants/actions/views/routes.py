"""The addresses of an assistant's actions, and what stands behind them."""

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from assistants.actions.actions.approve_tool import approve_tool
from assistants.actions.actions.refresh_tools import refresh_tools
from assistants.actions.actions.remove_action import remove_action
from assistants.actions.actions.remove_example import remove_example
from assistants.actions.actions.update_action import update_action
from assistants.actions.checks import unable_model
from assistants.actions.forms import ActionForm
from assistants.actions.gallery import tool_cards
from assistants.actions.importing import read_again, starter_of
from assistants.actions.presentation import changed_json
from assistants.actions.queries import changed_tools, examples_of
from assistants.actions.records import figures_of
from assistants.actions.views import adding, authentication, choosing, documents, trying
from assistants.actions.views.answers import moved, said
from assistants.actions.views.base import AssistantPages, CheckAssistant, DrawPage, base_of, told
from assistants.actions.views.cards import cards_of
from assistants.actions.views.operations import sums_context, switched, table_context
from assistants.actions.views.signing import signing_of
from assistants.actions.views.texts import word_diff
from kernel.errors import PermissionDenied
from kernel.registries import draft_actions
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


def action_paths(prefix: str, check: CheckAssistant, draw: DrawPage) -> list[URLPattern]:
    """The addresses of the pages and of the parts that their scripts ask for.

    Args:
        prefix: the page's own address with `<str:assistant_id>` in it, without a slash at its end.
    """
    pages = ActionPages(check, draw)
    one = f"{prefix}/<str:action_id>"
    return [
        path(prefix, pages.list, name="assistant_actions"),
        path(f"{prefix}/new", pages.new, name="action_new"),
        path(f"{prefix}/add", pages.add, name="action_add"),
        path(f"{prefix}/capability", pages.capability, name="action_capability"),
        path(f"{prefix}/check", pages.check, name="action_check"),
        path(f"{prefix}/complete", pages.complete, name="action_complete"),
        path(one, pages.operations, name="action_detail"),
        path(f"{one}/table", pages.table, name="action_table"),
        path(f"{one}/switch", pages.switch, name="action_switch"),
        path(f"{one}/auth", pages.auth, name="action_auth"),
        path(f"{one}/auth/save", pages.auth_save, name="action_auth_save"),
        path(f"{one}/auth/discover", pages.discover, name="action_discover"),
        path(f"{one}/document", pages.document, name="action_document"),
        path(f"{one}/document/save", pages.document_save, name="action_document_save"),
        path(f"{one}/tools/approve", pages.approve, name="action_tool_approve"),
        path(f"{one}/tools/refresh", pages.refresh, name="action_refresh"),
        path(f"{one}/starters", pages.starter, name="action_starter"),
        path(f"{one}/settings", pages.settings, name="action_settings"),
        path(f"{one}/settings/save", pages.settings_save, name="action_settings_save"),
        path(f"{one}/pause", pages.pause, name="action_pause"),
        path(f"{one}/remove", pages.remove, name="action_remove"),
        path(f"{one}/try", pages.try_out, name="action_try"),
        path(f"{one}/try/form", pages.try_form, name="action_try_form"),
        path(f"{one}/try/run", pages.run, name="action_run"),
        path(f"{one}/examples", pages.keep_example, name="action_example_keep"),
        path(f"{one}/examples/<str:example_id>/remove", pages.drop_example, name="action_example_remove"),
    ]


class ActionPages(AssistantPages):
    """The views behind `action_paths`."""

    def __init__(self, check: CheckAssistant, draw: DrawPage) -> None:
        super().__init__(check, draw)
        get = organisation_page(Permission.BUILD_ASSISTANTS)
        post = organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
        self.list, self.new, self.operations = get(self._list), get(self._new), get(self._operations)
        self.table, self.auth, self.document = get(self._table), get(self._auth), get(self._document)
        self.settings, self.try_out, self.try_form = (
            get(self._settings),
            get(self._try_out),
            get(self._try_form),
        )
        self.add, self.check, self.complete = post(self._add), post(self._check), post(self._complete)
        self.capability = post(self._capability)
        self.switch, self.pause, self.remove = post(self._switch), post(self._pause), post(self._remove)
        self.auth_save, self.discover = post(self._auth_save), post(self._discover)
        self.document_save, self.refresh = post(self._document_save), post(self._refresh)
        self.approve, self.settings_save = post(self._approve), post(self._settings_save)
        self.run, self.starter = post(self._run), post(self._starter)
        self.keep_example, self.drop_example = post(self._keep_example), post(self._drop_example)

    def _list(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """What the assistant may call."""
        self._check_assistant(request.actor, assistant_id, edit=False)
        cards = cards_of(request.actor, assistant_id, request.path)
        model = draft_actions.get().model(request.actor, assistant_id)
        tools = [card for card in tool_cards(request.actor, assistant_id) if card.on]
        context = {
            "base": request.path,
            "cards": cards,
            "tools": tools,
            "unable": unable_model(request.actor.organisation, model) if cards or tools else "",
        }
        return self._draw(request, assistant_id, "actions/list.html", context)

    def _new(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """All that can be added; with `?from=` the form of one of the ways, or of a bridge."""
        self._check_assistant(request.actor, assistant_id, edit=True)
        template, context = choosing.page_of(request, assistant_id)
        return self._draw(request, assistant_id, template, {"base": base_of(request, "/new"), **context})

    @told
    def _capability(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Switch a built-in tool on or off."""
        self._check_edit(request, assistant_id)
        return choosing.switch(request, assistant_id, base_of(request, "/capability"))

    @told
    def _add(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Add what the form gives."""
        self._check_edit(request, assistant_id)
        return adding.add(request, assistant_id, base_of(request, "/add"))

    def _check(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """What is wrong with a document that somebody writes."""
        self._check_edit(request, assistant_id)
        return documents.check(request)

    def _complete(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """What may stand at the cursor."""
        self._check_edit(request, assistant_id)
        return documents.complete(request)

    def _operations(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """What it can do, and what is on."""
        action, base = self._seen(request, assistant_id, action_id), request.path
        changed = [changed_json(action, row) for row in changed_tools(action)]
        for one in changed:
            before = one["before"] or {"description": ""}
            one["spans"] = list(word_diff(before["description"], one["after"]["description"]))
            one["arguments"] = bool(one["before"]) and before["schema"] != one["after"]["schema"]
        more = table_context(request.actor, action, request.GET, base)
        more |= {
            "changed": changed,
            "findings": action.revision.findings if action.revision else [],
            "figures": figures_of(action),
            "prompts": action.revision.prompts if action.revision else [],
            "signing": signing_of(request.actor, action, base),
        }
        return self._page(request, action, "operations", base, more)

    def _table(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """The operations as they are narrowed, or more of them from `offset` on."""
        action, base = self._seen(request, assistant_id, action_id), base_of(request, "/table")
        offset = request.GET.get("offset", "")
        start = int(offset) if offset.isascii() and offset.isdecimal() and len(offset) < 7 else 0
        context = table_context(request.actor, action, request.GET, base, offset=start)
        context["may_edit"] = self._may_edit(request, assistant_id)
        if start:
            return render(request, "actions/_rows.html", context)
        response = render(request, "actions/_table.html", context)
        query = context["filter"].query
        response["HX-Replace-Url"] = f"{base}?{query}" if query else base
        return response

    def _may_edit(self, request: OrganisationRequest, assistant_id: str) -> bool:
        try:
            self._check_assistant(request.actor, assistant_id, edit=True)
        except PermissionDenied:
            return False
        return True

    @told
    def _switch(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Switch one operation, or all that the filter lets through."""
        action = self._edited(request, assistant_id, action_id)
        with tenant_scope(request.actor.organisation):
            keys = switched(request.actor, action, request.POST)
        draft_actions.get().switch(request.actor, assistant_id, action_id, keys)
        base = base_of(request, "/switch")
        with tenant_scope(request.actor.organisation):
            if request.POST.get("key"):
                return render(request, "actions/_sums.html", sums_context(request.actor, action))
            context = table_context(request.actor, action, request.POST, base) | {
                "may_edit": True,
                "oob": True,
            }
            return render(request, "actions/_table.html", context)

    def _auth(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """How its calls are signed."""
        action, base = self._seen(request, assistant_id, action_id), base_of(request, "/auth")
        more = authentication.auth_context(request.actor, action, base)
        return self._page(request, action, "auth", base, more)

    def _auth_save(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Save how its calls are signed."""
        action = self._edited(request, assistant_id, action_id)
        return authentication.save_auth(request, action, base_of(request, "/auth/save"))

    @told
    def _discover(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Find out how a service wants to be asked."""
        return authentication.find_out(request, self._edited(request, assistant_id, action_id))

    def _document(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """The document, in an editor; of an MCP server what it offered."""
        action, base = self._seen(request, assistant_id, action_id), base_of(request, "/document")
        more = {
            "text": action.revision.document if action.revision else "",
            "check_url": base.rpartition("/")[0],
            **choosing.document_of_connector(action),
        }
        return self._page(request, action, "document", base, more)

    @told
    def _document_save(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Save the document, after what it changes was seen."""
        action = self._edited(request, assistant_id, action_id)
        save = choosing.save_connector if action.connector else documents.save
        return save(request, action, base_of(request, "/document/save"))

    @told
    def _refresh(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Ask an MCP server again for its tools."""
        action = self._edited(request, assistant_id, action_id)
        reading = async_to_sync(read_again)(request.actor, action)
        changes = refresh_tools(
            actor=request.actor, assistant_id=assistant_id, action_id=action_id, reading=reading
        )
        words = _("Looked again: %(added)s new, %(removed)s gone, %(changed)s changed.")
        counts = {name: len(getattr(changes, name)) for name in ("added", "removed", "changed")}
        messages.success(request, words % counts)
        return moved(base_of(request, "/tools/refresh"))

    @told
    def _starter(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Let conversations begin with a prompt that an MCP server offers."""
        action = self._edited(request, assistant_id, action_id)
        text = async_to_sync(starter_of)(request.actor, action, request.POST.get("name", ""))
        draft_actions.get().add_starter(request.actor, assistant_id, text)
        messages.success(request, _("Conversations may begin with it. It stands under Configure."))
        return moved(base_of(request, "/starters"))

    @told
    def _approve(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Let a changed tool be called again."""
        self._edited(request, assistant_id, action_id)
        key = request.POST.get("operation", "")
        approve_tool(
            actor=request.actor,
            assistant_id=assistant_id,
            action_id=action_id,
            operation=key,
            offered=request.POST.get("offered", ""),
        )
        messages.success(request, _("%(tool)s may be called again.") % {"tool": key})
        return moved(base_of(request, "/tools/approve"))

    def _settings(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Its name and words, pausing and removing."""
        action, base = self._seen(request, assistant_id, action_id), base_of(request, "/settings")
        names = ("name", "description", "privacy_policy_url")
        form = ActionForm(initial={name: getattr(action, name) for name in names})
        return self._page(request, action, "settings", base, {"form": form})

    def _settings_save(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Save its name and words."""
        action, base = self._edited(request, assistant_id, action_id), base_of(request, "/settings/save")
        form = ActionForm(request.POST)
        if form.is_valid():
            update_action(
                actor=request.actor, assistant_id=assistant_id, action_id=action_id, **form.cleaned_data
            )
            messages.success(request, _("Saved."))
            return moved(f"{base}/settings")
        context = {"form": form, "action": action, "base": base, "may_edit": True}
        return render(request, "actions/_settings_form.html", context)

    @told
    def _pause(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Stop or resume its calls, for every version at once."""
        self._edited(request, assistant_id, action_id)
        paused = request.POST.get("paused") == "1"
        action = update_action(
            actor=request.actor, assistant_id=assistant_id, action_id=action_id, paused=paused
        )
        words = _("%(name)s is paused.") if paused else _("%(name)s may be called again.")
        messages.success(request, words % {"name": action.name})
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})

    @told
    def _remove(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Take it away."""
        action = self._edited(request, assistant_id, action_id)
        remove_action(actor=request.actor, assistant_id=assistant_id, action_id=action_id)
        messages.success(request, _("%(name)s is removed.") % {"name": action.name})
        return moved(base_of(request, f"/{action_id}/remove"))

    def _try_out(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """The test panel: `?operation=`, `?example=`."""
        action, base = self._seen(request, assistant_id, action_id), base_of(request, "/try")
        key, example = request.GET.get("operation", ""), request.GET.get("example", "")
        more = trying.try_context(request.actor, action, base, key, example)
        return self._page(request, action, "try", base, more)

    def _try_form(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """The form of one operation; `?example=` fills it."""
        action = self._seen(request, assistant_id, action_id)
        example = examples_of(action).filter(public_id=request.GET.get("example", "")[:48]).first()
        key = example.operation if example else request.GET.get("operation", "")
        return render(request, "actions/_try_form.html", trying.form_context(action, key, example))

    @told
    def _run(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Make a call."""
        action = self._edited(request, assistant_id, action_id)
        return trying.run(request, action, base_of(request, "/try/run"))

    @told
    def _keep_example(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> HttpResponse:
        """Keep the call that was made."""
        action = self._edited(request, assistant_id, action_id)
        return trying.keep(request, action, base_of(request, "/examples"))

    @told
    def _drop_example(
        self, request: OrganisationRequest, assistant_id: str, action_id: str, example_id: str
    ) -> HttpResponse:
        """Forget a kept call."""
        action = self._edited(request, assistant_id, action_id)
        remove_example(
            actor=request.actor, assistant_id=assistant_id, action_id=action_id, example_id=example_id
        )
        base = base_of(request, "/examples/")
        return said(_("The example is removed."), response=trying.examples_list(request, action, base))
