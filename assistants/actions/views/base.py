"""What the pages of an assistant's actions stand on."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse

from assistants.actions.models import Action
from assistants.actions.presentation import action_json
from assistants.actions.queries import access_action, changed_tools
from assistants.actions.views.answers import refusal
from kernel.errors import DomainError, NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.pages import OrganisationRequest


class CheckAssistant(Protocol):
    """Finds out whether the actor may see, or change, the assistant that an address means, in the open scope."""

    def __call__(self, actor: Actor, assistant_id: str, *, edit: bool) -> None: ...


class DrawPage(Protocol):
    """Draws a whole page of an assistant around one of our templates, in the open scope."""

    def __call__(
        self, request: OrganisationRequest, assistant_id: str, template: str, context: dict[str, Any]
    ) -> HttpResponse: ...


def base_of(request: HttpRequest, tail: str) -> str:
    """The address of the page that a request's part belongs to."""
    return request.path.rpartition(tail)[0]


def told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say refusals in the form that asked. Who may not be here at all gets the site's own answer."""

    @wraps(view)
    def wrapper(self: Any, request: OrganisationRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(self, request, *args, **kwargs)
        except (NotFound, PermissionDenied):
            raise
        except DomainError as error:
            return refusal(request, error)

    return wrapper


class AssistantPages:
    """Views over the actions of one assistant, which a room above checks and draws around."""

    def __init__(self, check: CheckAssistant, draw: DrawPage) -> None:
        self._check_assistant, self._draw = check, draw

    def _seen(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> Action:
        """The action, inside the scope of a GET."""
        self._check_assistant(request.actor, assistant_id, edit=False)
        return access_action(request.actor.organisation, assistant_id, action_id)

    def _edited(self, request: OrganisationRequest, assistant_id: str, action_id: str) -> Action:
        """The action, for a POST, which opens no scope itself."""
        with tenant_scope(request.actor.organisation):
            self._check_assistant(request.actor, assistant_id, edit=True)
            return access_action(request.actor.organisation, assistant_id, action_id)

    def _check_edit(self, request: OrganisationRequest, assistant_id: str) -> None:
        with tenant_scope(request.actor.organisation):
            self._check_assistant(request.actor, assistant_id, edit=True)

    def _page(
        self,
        request: OrganisationRequest,
        action: Action,
        part: str,
        base: str,
        more: dict[str, Any],
    ) -> HttpResponse:
        """One part of an action's pages, with what all of them show."""
        context = {
            "action": action,
            "base": base,
            "list_url": base.rpartition("/")[0],
            "part": part,
            "is_mcp": action.kind == Action.Kind.MCP,
            "state": action_json(action, ())["state"],
            "changed_count": changed_tools(action).count(),
            **more,
        }
        return self._draw(request, action.assistant_id, f"actions/{part}.html", context)
