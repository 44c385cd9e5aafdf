"""The Create tab: a conversation with the builder on the left, the draft that it writes on the right."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from assistants.building.actions.edit_draft import edit_draft
from assistants.building.actions.keep_changes import keep_change, keep_changes
from assistants.building.actions.undo_change import undo_change
from assistants.building.models import WorkshopMessage
from assistants.building.slugs import random_part
from assistants.building.views.builder import open_builder
from assistants.building.views.workshop_draft import DraftFace
from assistants.building.workshop_edits import SEED_LENGTH
from assistants.building.workshop_interview import DONE, Interview, interview_of, question_of
from assistants.building.workshop_queries import (
    building_model,
    building_models,
    interview_messages,
    label_of,
    text_of,
    workshop_messages,
)
from kernel.errors import Conflict, InvalidInput
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Level, Permission

DRAFT = "building/workshop/draft.html"


@dataclass(frozen=True)
class ThreadEntry:
    """A message as the thread shows it."""

    message: WorkshopMessage
    last: bool

    @property
    def text(self) -> str:
        return text_of(self.message)

    @property
    def is_user(self) -> bool:
        return bool(self.message.role == WorkshopMessage.Role.USER)

    @property
    def labels(self) -> list[str]:
        """The fields that it changed."""
        paths = dict.fromkeys(change.path for change in self.message.changes.all())
        return [label_of(path) for path in paths]


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_workshop(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The whole tab."""
    return TemplateResponse(request, "building/workshop.html", _context(request, assistant_id))


@organisation_page(Permission.BUILD_ASSISTANTS)
def workshop_thread(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What was said, as a fragment."""
    return TemplateResponse(request, "building/workshop/thread.html", _context(request, assistant_id))


@organisation_page(Permission.BUILD_ASSISTANTS)
def workshop_draft(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The draft with its changes, as a fragment."""
    builder = open_builder(request.actor, assistant_id, "create", level=Level.EDIT)
    return TemplateResponse(request, DRAFT, {"builder": builder, "face": DraftFace(builder)})


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def change_undo(request: OrganisationRequest, assistant_id: str, change_id: str) -> HttpResponse:
    """Take one change back; where that cannot be, say why beside the draft."""
    refusal = ""
    try:
        undo_change(actor=request.actor, assistant_id=assistant_id, change_id=change_id)
    except (Conflict, InvalidInput) as error:
        refusal = error.message
    return _after_change(request, assistant_id, refusal)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def change_keep(request: OrganisationRequest, assistant_id: str, change_id: str) -> HttpResponse:
    """Keep one change."""
    keep_change(actor=request.actor, assistant_id=assistant_id, change_id=change_id)
    return _after_change(request, assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def change_keep_all(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Keep all changes."""
    keep_changes(actor=request.actor, assistant_id=assistant_id)
    return _after_change(request, assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("GET", "POST"))
def workshop_picture(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Show another picture, and take it once somebody likes it."""
    if request.method == "GET":
        builder = open_builder(request.actor, assistant_id, "create", level=Level.EDIT)
        context = {"builder": builder, "offered": random_part(SEED_LENGTH)}
        return TemplateResponse(request, "building/workshop/picture_offer.html", context)
    seed = request.POST.get("seed", "") or random_part(SEED_LENGTH)
    patch = {"profile": {"picture": seed}}
    edit_draft(actor=request.actor, assistant_id=assistant_id, edit=lambda _present: patch)
    return _after_change(request, assistant_id)


def _after_change(request: OrganisationRequest, assistant_id: str, refusal: str = "") -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        with tenant_scope(request.actor.organisation):
            builder = open_builder(request.actor, assistant_id, "create", level=Level.EDIT)
            face = DraftFace(builder, refusal)
            return TemplateResponse(request, DRAFT, {"builder": builder, "face": face}).render()
    if refusal:
        messages.error(request, refusal)
    return redirect("building:assistant_workshop", assistant_id)


def _context(request: OrganisationRequest, assistant_id: str) -> dict[str, Any]:
    builder = open_builder(request.actor, assistant_id, "create", level=Level.EDIT)
    said = workshop_messages(builder.assistant)
    models = building_models(request.actor)
    interview = interview_of(interview_messages(builder.assistant))
    usual = building_model(request.actor, _last_model(said)) or building_model(request.actor)
    asks = _asks(request.GET.get("mode", ""), interview, bool(models), usual is not None)
    waits = asks and interview.step != DONE
    return {
        "builder": builder,
        "face": DraftFace(builder),
        "entries": _entries(said),
        "models": models,
        "model": usual,
        "asks": asks,
        "swapped": request.headers.get("HX-Request") == "true",
        "interview": interview,
        "question": question_of(interview, builder.specification) if waits else None,
        "opening": _(
            "What should your assistant help with? One sentence is enough, I will ask for the rest."
        ),
    }


def _asks(wanted: str, interview: Interview, may_talk: bool, talks: bool) -> bool:
    """Whether the questions are shown, instead of a conversation with a model."""
    if not may_talk or wanted in ("questions", "talk"):
        return not may_talk or wanted == "questions"
    return interview.running or not talks


def _entries(said: list[WorkshopMessage]) -> list[ThreadEntry]:
    return [ThreadEntry(message, place == len(said)) for place, message in enumerate(said, 1)]


def _last_model(said: list[WorkshopMessage]) -> str:
    return next((m.turn.model_id for m in reversed(said) if m.turn), "")
