"""Searches by meaning: what was typed becomes a vector before the page's transaction begins."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

from organisations.pages import OrganisationRequest
from store.discovery.meaning import Question, question_of
from store.discovery.meaning.questions import PATIENCE, READING_ON

View = Callable[..., HttpResponse]


class SearchRequest(OrganisationRequest):
    """A request whose search was turned into a vector, where that could be done in time."""

    question: Question | None


def asks_by_meaning(view: View) -> View:
    """Declare a page that searches by `?search=`. Stands before what opens the page's scope, which is a transaction."""

    @wraps(view)
    def wrapper(request: SearchRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        patience = READING_ON if request.GET.get("cursor") else PATIENCE
        request.question = question_of(request.GET.get("search", ""), patience=patience)
        return view(request, *args, **kwargs)

    return wrapper
