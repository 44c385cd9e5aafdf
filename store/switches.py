"""What the operator can close: the whole public store, or looking around in it without signing in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from kernel.errors import NotAuthenticated, Unavailable
from kernel.switches import Switch, is_on, known_switches
from organisations.actors import Actor
from organisations.pages import OrganisationRequest, public_page
from store.directories.reach import CHOSEN, EVERYTHING, NOTHING, reach_of, require_public_store

STORE, STRANGERS = "public_store", "anonymous_browsing"
View = Callable[..., HttpResponse]


class StoreClosed(Unavailable):
    code = "store_closed"
    user_message = _("The store is closed on this server. What your organisation built is in its directory.")


def register() -> None:
    """Let operators turn them."""
    known_switches.register(
        Switch(STORE, _("Public store"), _("While it is off, nobody finds or opens what is in the store."))
    )
    known_switches.register(
        Switch(
            STRANGERS,
            _("Looking around without signing in"),
            _("While it is off, the store asks to sign in."),
        )
    )


def require_open(actor: Actor) -> None:
    """Refuse where the store is closed, to everybody, to strangers, or to an organisation's people.

    Raises:
        StoreClosed: the operator closed it.
        NotAuthenticated: strangers may not look around.
        PublicStoreHidden: the actor's organisation uses only what it built itself.
    """
    if not is_on(STORE):
        raise StoreClosed
    if actor.is_anonymous and not is_on(STRANGERS):
        raise NotAuthenticated
    require_public_store(actor)


def _other_door(actor: Actor) -> str:
    """Where the front page leads people for whom it holds nothing: empty where it is theirs."""
    if actor.is_anonymous:
        return ""
    reach = reach_of(actor) if is_on(STORE) else NOTHING
    return {EVERYTHING: "", CHOSEN: "store:search", NOTHING: "store:directory"}[reach]


def store_page() -> Callable[[View], View]:
    """Declare a page of the public store: open to everybody as long as the operator wishes."""

    def decorate(view: View) -> View:
        @public_page()
        @wraps(view)
        def wrapper(request: OrganisationRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.path == "/" and (door := _other_door(request.actor)):
                return redirect(door)
            if is_on(STORE) and request.actor.is_anonymous and not is_on(STRANGERS):
                return redirect_to_login(request.get_full_path())
            require_open(request.actor)
            return view(request, *args, **kwargs)

        return wrapper

    return decorate
