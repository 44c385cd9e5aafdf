"""Trying what a case is about, whether or not anybody else may use it."""

from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse

from store.actions.open_case_test import LONGEST
from store.moderation.pages import ModeratorRequest, moderator_page
from store.moderation.testing import CaseTest, case_test_of
from store.trial.thread import read_thread
from store.views.trial import html_of


@moderator_page()
def case_test(request: ModeratorRequest, case_id: str) -> HttpResponse:
    """Ask exactly the version that the case is about."""
    test = case_test_of(request.staff, case_id)
    get_token(request)  # asking needs the cookie
    more = {"version": test.version, "most": LONGEST, "case": test.case}
    return TemplateResponse(request, "store/moderation/test.html", _thread(test) | more)


@moderator_page()
def case_test_thread(request: ModeratorRequest, case_id: str) -> HttpResponse:
    """What was said so far, as the page draws it again after each answer."""
    test = case_test_of(request.staff, case_id)
    return TemplateResponse(request, "store/moderation/_test_thread.html", _thread(test))


def _thread(test: CaseTest) -> dict[str, Any]:
    said = read_thread(test.name, test.listing)
    return {
        "listing": test.listing,
        "publication": test.listing.publication,
        "thread": [(one, html_of(one)) for one in said],
    }
