"""Answers to the guided interview, by plain forms."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from assistants.building.actions.answer_interview import (
    accept_proposals,
    answer_interview,
    go_back_in_interview,
    restart_interview,
)
from kernel.errors import Conflict, InvalidInput
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def interview_answer(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Answer the question that waits, skip it, or take what is proposed for all that are left."""
    try:
        if "rest" in request.POST:
            accept_proposals(actor=request.actor, assistant_id=assistant_id)
        else:
            _answer(request, assistant_id)
    except (InvalidInput, Conflict) as refusal:
        words = refusal.errors[0].message if refusal.errors else refusal.message
        messages.error(request, words)
    return _next(assistant_id)


def _answer(request: OrganisationRequest, assistant_id: str) -> None:
    answer_interview(
        actor=request.actor,
        assistant_id=assistant_id,
        step=request.POST.get("step", ""),
        values=_given(request),
        skip="skip" in request.POST,
    )


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def interview_back(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Have the question before asked again."""
    go_back_in_interview(actor=request.actor, assistant_id=assistant_id)
    return _next(assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def interview_restart(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Begin with the first question again."""
    restart_interview(actor=request.actor, assistant_id=assistant_id)
    return _next(assistant_id)


def _given(request: OrganisationRequest) -> list[str]:
    if picked := request.POST.get("pick", ""):
        return [picked]
    return [*request.POST.getlist("value"), *request.POST.get("more", "").splitlines()]


def _next(assistant_id: str) -> HttpResponse:
    return redirect(f"{reverse('building:assistant_workshop', args=[assistant_id])}?mode=questions")
