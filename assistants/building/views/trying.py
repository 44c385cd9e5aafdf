"""The page where creators see what their sources give for a question, and why."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.building.actions.update_draft import update_draft
from assistants.building.queries import access_assistant, access_version, draft_of, specification_of, versions
from assistants.building.try_forms import MODES, NOBODY, TryForm, patch_of, settings_shown
from assistants.building.views.builder import open_builder
from assistants.knowledge.actions.charge_search import charge_search
from assistants.knowledge.queries import manifest
from assistants.knowledge.retrieval import Explanation, explain
from assistants.knowledge.retrieval.candidates import Candidate
from assistants.knowledge.retrieval.readers import groups_by_id, reader_groups, tags_of
from assistants.turns.plan import KnowledgeScope
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Level, Permission

SHOWN_VERSIONS = 50
_PHASES = {
    "sources": gettext_lazy("Looking up the sources"),
    "question": gettext_lazy("Embedding the question"),
    "search": gettext_lazy("Searching"),
    "rerank": gettext_lazy("Ordering a second time"),
    "choice": gettext_lazy("Choosing and joining"),
}
_NOTES = {
    "embedder_missing": gettext_lazy(
        "The model that embedded these sources is no longer offered, so only words were searched. Embed the sources anew."
    ),
    "embedder_failed": gettext_lazy(
        "The embedding model did not answer, so only words were searched. Try again."
    ),
    "rerank_failed": gettext_lazy("The reranker did not answer in three seconds, so the first order stands."),
    "vector_store_failed": gettext_lazy(
        "The vector store did not answer, so only words were searched. Try again."
    ),
}


class Piece(NamedTuple):
    """A stretch of a passage; marked where it is a word of the question."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Row:
    """A passage as it is shown; `number` counts those that an answer would be given, 0 for the others."""

    one: Candidate
    number: int
    pieces: list[Piece]
    into: int

    @property
    def percent(self) -> int:
        """The score for its bar."""
        return round(self.one.passage.score * 100)


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_try(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """One question, one or two sides of settings; the address holds all of them."""
    builder = open_builder(request.actor, assistant_id, "knowledge")
    knowledge, sent = builder.specification.knowledge, request.GET
    both = sent.get("both") == "1"
    live = builder.publication.live_version.number if builder.publication else None
    numbers = versions(builder.assistant).order_by("-number").values_list("number", flat=True)
    sides = [("", _("Settings"))] if not both else [("", _("Left")), ("b-", _("Right"))]
    context = {
        "builder": builder,
        "query": sent.get("query", ""),
        "both": both,
        "sides": [
            {"prefix": prefix, "label": label, "shown": settings_shown(knowledge, sent, prefix)}
            for prefix, label in sides
        ],
        "modes": MODES,
        "versions": [(str(number), number == live) for number in numbers[:SHOWN_VERSIONS]],
        "groups": reader_groups(request.actor.organisation.pk),
        "nobody": NOBODY,
        "tags": tags_of(builder.assistant.source_set),
        "reranker": bool(settings.RERANK_URL),
    }
    return render(request, "building/try.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_try_found(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What one side finds."""
    form = _checked(request)
    with tenant_scope(request.actor.organisation):
        scope = _scope(request.actor, assistant_id, form.cleaned_data)
    explanation = explain(scope, form.cleaned_data["query"], form.knobs)
    charge_search(actor=request.actor, scope=scope, uses=explanation.uses)
    context = {
        "explanation": explanation,
        "rows": list(_rows(explanation)),
        "budget": form.cleaned_data["budget_tokens"],
        "times": [(_PHASES.get(phase, phase), round(spent, 1)) for phase, spent in explanation.times.items()],
        "total": round(sum(explanation.times.values())),
        "notes": [_NOTES.get(note, note) for note in explanation.notes],
    }
    return render(request, "building/try/found.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_try_keep(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Write one side's settings into the draft."""
    form = _checked(request)
    with tenant_scope(request.actor.organisation):
        assistant = access_assistant(request.actor, assistant_id, level=Level.EDIT)
        knowledge = specification_of(draft_of(assistant)).knowledge
    update_draft(actor=request.actor, assistant_id=assistant_id, patch=patch_of(form.knobs, knowledge))
    toast = {"text": _("The draft searches with these settings now."), "level": "success"}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": toast})})


def _checked(request: OrganisationRequest) -> TryForm:
    form = TryForm(request.POST)
    if not form.is_valid():
        name, messages = next(iter(form.errors.items()))
        raise InvalidInput.on(name, "invalid", str(messages[0]))
    return form


def _scope(actor: Actor, assistant_id: str, given: dict[str, Any]) -> KnowledgeScope:
    """What is searched, as the chosen reader; in the open scope."""
    assistant = access_assistant(actor, assistant_id, level=Level.VIEW)
    if given["version"]:
        documents = tuple(access_version(assistant, given["version"]).manifest)
    else:
        documents = manifest(assistant.source_set)
    scope = KnowledgeScope(assistant.organisation_id, (assistant.source_set_id,), documents, None)
    if reader := given["reader"]:
        found = {} if reader == NOBODY else groups_by_id(assistant.organisation_id, [reader])
        return replace(scope, groups=tuple(found.values()))
    return scope


def _rows(explanation: Explanation) -> Iterator[Row]:
    numbers = {one.passage.id: number for number, one in enumerate(explanation.given, 1)}
    for one in explanation.candidates:
        marks = explanation.marks.get(one.passage.id, ())
        number = numbers.get(one.passage.id, 0)
        yield Row(one, number, list(_pieces(one.passage.text, marks)), numbers.get(one.into, 0))


def _pieces(text: str, marks: Any) -> Iterator[Piece]:
    at = 0
    for start, end in marks:
        if start > at:
            yield Piece(text[at:start], marked=False)
        yield Piece(text[start:end], marked=True)
        at = end
    if at < len(text):
        yield Piece(text[at:], marked=False)
