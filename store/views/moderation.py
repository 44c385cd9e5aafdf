"""The moderators' queue, and one case with everything on a page."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kernel.errors import DomainError, InvalidInput
from kernel.tenancy import across_organisations
from store.actions.decide_case import decide_case
from store.actions.look_into import Insides, look_into
from store.actions.take_case import ask_colleague, take_case
from store.matter_forms import DecisionForm
from store.models import Case, Decision
from store.moderation.outcomes import EXPLANATIONS, OF_BURSTS, OF_REVIEWS
from store.moderation.pages import ModeratorRequest, moderator_page
from store.moderation.people import is_alone, other_moderators
from store.moderation.queue import (
    access_case,
    case_file,
    cases,
    counts_by_kind,
    filtered,
    next_case,
    queue_page,
    version_of,
    waiting_count,
)
from store.moderation.reasons import REASONS, reason_words
from store.views.listing import listing_context

Outcome = Decision.Outcome


@moderator_page()
def case_list(request: ModeratorRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("state", "kind", "taken")}
    rows = filtered(cases(), **asked, user=request.staff.user)
    waiting = asked["state"] in ("", "open", "second")
    page = queue_page(rows, waiting=waiting, cursor=request.GET.get("cursor"))
    kept = urlencode({name: value for name, value in asked.items() if value})
    counts = counts_by_kind()
    context = {
        "page": page,
        "asked": asked,
        "url": f"{reverse('store:case_list')}{'?' + kept if kept else ''}",
        "states": [("", _("Waiting")), *Case.State.choices, ("all", _("All"))],
        "kinds": [
            ("", _("Of every kind"), sum(counts.values())),
            *((k, v, counts.get(k, 0)) for k, v in Case.Kind.choices),
        ],
        "takers": [("", _("Everybody's")), ("nobody", _("Nobody's yet")), ("me", _("Yours"))],
        "waiting": waiting_count(),
    }
    return TemplateResponse(request, "store/moderation/queue.html", context)


@moderator_page()
def case_next(request: ModeratorRequest) -> HttpResponse:
    found = next_case(request.staff.user)
    if found is None:
        messages.success(request, _("Nothing waits. Thank you."))
        return redirect("store:case_list")
    return redirect("store:case_detail", found.public_id)


@moderator_page()
def case_detail(request: ModeratorRequest, case_id: str) -> HttpResponse:
    return _case(request, access_case(case_id))


@moderator_page()
def case_page(request: ModeratorRequest, case_id: str) -> HttpResponse:
    """The listing as people see it, or would."""
    listing = access_case(case_id).listing
    may_not = {"may_chat": False, "may_build": False, "may_try": False, "preview": True}
    context = listing_context(request, listing) | may_not
    return TemplateResponse(request, "store/listing.html", context)


@moderator_page(methods=("POST",))
def case_look(request: ModeratorRequest, case_id: str) -> HttpResponse:
    insides = look_into(staff=request.staff, case_id=case_id)
    if request.headers.get("HX-Request") == "true":
        return TemplateResponse(request, "store/moderation/_insides.html", {"insides": insides})
    with across_organisations(reason="moderators look at everybody's"):
        response = _case(request, access_case(case_id), insides=insides)
        assert isinstance(response, TemplateResponse)
        return response.render()


@moderator_page(methods=("POST",))
def case_take(request: ModeratorRequest, case_id: str) -> HttpResponse:
    release = request.POST.get("wish") == "release"
    take_case(staff=request.staff, case_id=case_id, release=release)
    return redirect("store:case_list" if release else reverse("store:case_detail", args=[case_id]))


@moderator_page(methods=("POST",))
def case_ask(request: ModeratorRequest, case_id: str) -> HttpResponse:
    chosen = request.POST.get("colleague", "")
    colleague = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
    ask_colleague(
        staff=request.staff, case_id=case_id, user_id=colleague, note=request.POST.get("note", "")[:500]
    )
    messages.success(request, _("It stands among theirs from now on."))
    return redirect("store:case_detail", case_id)


@moderator_page(methods=("POST",))
def case_decide(request: ModeratorRequest, case_id: str) -> HttpResponse:
    form = DecisionForm(request.POST)
    problem: DomainError | None = None
    if form.is_valid():
        try:
            decide_case(staff=request.staff, case_id=case_id, verdict=form.verdict())
        except InvalidInput as error:
            problem = error
        else:
            return _after(request, case_id)
    with across_organisations(reason="moderators look at everybody's"):
        response = _case(request, access_case(case_id), form=form, problem=problem, status=400)
        assert isinstance(response, TemplateResponse)
        return response.render()


def _after(request: ModeratorRequest, case_id: str) -> HttpResponse:
    if request.POST.get("outcome") == Outcome.NOTE:
        messages.success(request, _("Noted."))
        return redirect("store:case_detail", case_id)
    with across_organisations(reason="moderators look at everybody's"):
        decided = access_case(case_id)
        following = next_case(request.staff.user, after=decided)
        name, state = decided.listing.name, decided.state
    said = (
        _("%(name)s waits for a second moderator.")
        if state == Case.State.SECOND
        else _("%(name)s is decided, and its creator is told.")
    )
    messages.success(request, said % {"name": name})
    if request.POST.get("next") and following is not None:
        return redirect("store:case_detail", following.public_id)
    return redirect("store:case_list")


def _case(
    request: ModeratorRequest,
    case: Case,
    *,
    form: DecisionForm | None = None,
    problem: DomainError | None = None,
    insides: Insides | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.staff.user
    file = case_file(case)
    given: Any = form.data if form is not None else {}
    sent = given.getlist("reasons") if form is not None else []
    chosen = given.get("outcome") or (file.outcomes[0] if file.outcomes else "")
    explained = EXPLANATIONS | _of_reviews(case)
    context = {
        "case": case,
        "listing": case.listing,
        "publication": case.listing.publication,
        "file": file,
        "choices": [(name, Outcome(name).label, explained[name], name == chosen) for name in file.outcomes],
        "reasons": [(reason, reason.code in sent) for reason in REASONS.values()],
        "given": given,
        "problem": _sentence(problem, form),
        "insides": insides,
        "mine": case.taken_by_id == user.pk,
        "others": other_moderators(user),
        "alone": is_alone(user),
        "next": next_case(user, after=case),
        "may_test": version_of(case) is not None,
        "decided": [(decision, reason_words(decision.reasons)) for decision in file.decisions],
    }
    return TemplateResponse(request, "store/moderation/case.html", context, status=status)


def _of_reviews(case: Case) -> dict[str, Any]:
    if case.kind != Case.Kind.REVIEW:
        return {}
    return OF_REVIEWS if case.review_id else OF_BURSTS


def _sentence(problem: DomainError | None, form: DecisionForm | None) -> str:
    if problem is not None:
        return " ".join(error.message for error in problem.errors) or problem.message
    if form is not None and form.errors:
        return " ".join(str(text) for texts in form.errors.values() for text in texts)
    return ""
