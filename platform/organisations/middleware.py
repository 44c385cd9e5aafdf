"""Lets every page know who acts, also those that say nothing about organisations (errors, the account's pages)."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from organisations.pages import resolve_actor


class ActorMiddleware:
    """Puts an actor on the request that is only looked up when somebody asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(partial(resolve_actor, request))  # type: ignore[attr-defined]
        return self.get_response(request)
