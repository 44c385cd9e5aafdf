"""The page where a draft is written, and its small parts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, pgettext_lazy

from assistants.building.estimates import Estimate, typical_turn
from assistants.building.model_choices import model_choices, turn_cost
from assistants.building.prompts import compile_prompt
from assistants.building.specification import (
    INSTRUCTION_CHARACTERS,
    MAX_EXAMPLES,
    MAX_RULES,
    MAX_STARTERS,
)
from assistants.building.try_forms import metadata_lines
from assistants.building.views.builder import Builder, open_builder
from assistants.building.workshop_queries import open_changes
from kernel import registries
from kernel.money import MICRO, SYMBOLS
from organisations.actors import Actor
from organisations.models import Organisation
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.policy_cache import policy_in_force
from organisations.policy_rules import model_allowed
from providers.catalogue import ModelInfo, list_models

GROUNDINGS = (
    ("free", pgettext_lazy("grounding", "Free"), gettext_lazy("Sources help where they can")),
    ("prefer", gettext_lazy("Prefer sources"), gettext_lazy("General knowledge is marked")),
    ("only", gettext_lazy("Only sources"), gettext_lazy("Otherwise it says it cannot")),
)
REWRITINGS = (
    ("words", gettext_lazy("Search with the question before")),
    ("model", gettext_lazy("Let the model complete them")),
    ("off", gettext_lazy("Search as asked")),
)
# Languages that answers are often wanted in; a file or the API may name any other.
ANSWER_LANGUAGES = (
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nb", "nl", "pl", "pt", "ro",
    "ru", "sv", "th", "tr", "uk", "vi", "zh-hans", "zh-hant",
)  # fmt: skip
SECTIONS = (
    ("profile", gettext_lazy("Profile")),
    ("instructions", gettext_lazy("Instructions")),
    ("starters", gettext_lazy("Beginning")),
    ("model", gettext_lazy("Model")),
    ("answers", gettext_lazy("Answers")),
    ("sources", gettext_lazy("Use of sources")),
    ("capabilities", gettext_lazy("Capabilities")),
    ("limits", gettext_lazy("Limits")),
)
SHOWN_MODELS = 8  # from here on a field narrows the table down


@dataclass(frozen=True)
class CapabilityChoice:
    """Something an assistant may be allowed to do by itself."""

    name: str
    label: str
    description: str
    allowed: bool


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_configure(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The draft on the left, its preview on the right."""
    builder = open_builder(request.actor, assistant_id, "configure")
    return render(request, "building/configure.html", _context(builder))


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_prompt(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What follows from the draft as it stands: its compiled prompt, its tokens, and what a typical turn costs."""
    builder = open_builder(request.actor, assistant_id, "configure")
    estimate = _estimate(builder)
    context = {
        "prompt": compile_prompt(builder.specification),
        "tokens": estimate.instructions,
        "estimate": estimate,
        "costs": [
            (model.id, turn_cost(model, estimate))
            for model in list_models("chat", organisation=builder.assistant.organisation_id)
        ],
    }
    return render(request, "building/partials/prompt.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_picture(request: OrganisationRequest) -> HttpResponse:
    """The picture of a seed, as a fragment."""
    seed = "".join(c for c in request.GET.get("seed", "") if c.isalnum())[:64]
    return render(request, "building/partials/picture.html", {"seed": seed})


def _context(builder: Builder) -> dict[str, Any]:
    specification, estimate = builder.specification, _estimate(builder)
    choices = model_choices(
        list_models("chat", organisation=builder.assistant.organisation_id), specification.model.id, estimate
    )
    known = {choice.id for choice in choices}
    capabilities = _capabilities(specification.capabilities, builder.actor)
    return {
        "builder": builder,
        "spec": builder.document,
        "changes": [change.document() for change in open_changes(builder.assistant, builder.document)],
        "models": choices,
        "many_models": len(choices) > SHOWN_MODELS,
        "model_missing": specification.model.id not in known,
        "fallback_missing": bool(specification.model.fallback) and specification.model.fallback not in known,
        "estimate": estimate,
        "groundings": GROUNDINGS,
        "rewritings": REWRITINGS,
        "reranker": bool(settings.RERANK_URL),
        "metadata_lines": metadata_lines(specification.knowledge),
        "metadata_names": json.dumps(sorted(specification.knowledge.filter.metadata)),
        "languages": settings.LANGUAGES,
        "answer_languages": _answer_languages(specification.answer_policy.language),
        "capabilities": capabilities,
        "sections": [section for section in SECTIONS if capabilities or section[0] != "capabilities"],
        "tokens": estimate.instructions,
        "currency": SYMBOLS.get(settings.CURRENCY, settings.CURRENCY),
        "cost_limit": _plain(specification.limits.cost),
        "limits": {
            "instructions": INSTRUCTION_CHARACTERS,
            "starters": MAX_STARTERS,
            "rules": MAX_RULES,
            "examples": MAX_EXAMPLES,
        },
    }


def offered_models(builder: Builder) -> list[ModelInfo]:
    """The chat models that the organisation's policy allows, and the chosen ones whatever it says."""
    organisation, chosen = builder.actor.organisation, builder.specification.model
    policy = policy_in_force(organisation.pk).models
    return [
        model
        for model in list_models("chat", organisation=organisation)
        if model.id in (chosen.id, chosen.fallback)
        or model_allowed(policy, model=model.id, provider=model.provider, region=model.region)
    ]


def _estimate(builder: Builder) -> Estimate:
    return typical_turn(builder.specification, has_sources=builder.source_count > 0)


def _capabilities(allowed: dict[str, bool], actor: Actor) -> Sequence[CapabilityChoice]:
    return [
        CapabilityChoice(
            tool.name, str(tool.label), _about_tool(tool, actor.organisation), allowed.get(tool.name, False)
        )
        for tool in registries.tools
    ]


def _about_tool(tool: registries.BuiltInTool, organisation: Organisation) -> str:
    """What it does, and what has to be done before it can."""
    lacks = tool.lacks(organisation) if tool.lacks else ""
    return f"{tool.description} {lacks}".strip()


def _answer_languages(current: str) -> list[tuple[str, str]]:
    codes = [*ANSWER_LANGUAGES]
    if current and current not in codes:
        codes.append(current)
    named = [(code, LANG_INFO[code]["name_local"] if code in LANG_INFO else code) for code in codes]
    return sorted(named, key=lambda pair: pair[1].casefold())


def _plain(micro: int | None) -> str:
    """A sum as a number field holds it: no symbol, no grouping, no zeros that say nothing."""
    return "" if micro is None else f"{micro / MICRO:.6f}".rstrip("0").rstrip(".")
