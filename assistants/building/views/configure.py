"""The page where a draft is written, and its small parts."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assistants.building.prompts import compile_prompt
from assistants.building.specification import INSTRUCTION_CHARACTERS, MAX_RULES, MAX_STARTERS
from assistants.building.views.builder import Builder, open_builder
from kernel.money import format_money
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from providers.catalogue import ModelInfo, list_models
from providers.tokens import count_tokens
from web.numbers import compact_number

GROUNDINGS = (
    ("free", pgettext_lazy("grounding", "Free"), gettext_lazy("Sources help where they can")),
    ("prefer", gettext_lazy("Prefer sources"), gettext_lazy("General knowledge is marked")),
    ("only", gettext_lazy("Only sources"), gettext_lazy("Otherwise it says it cannot")),
)
CAPABILITIES = {
    "tools": gettext_lazy("uses tools"),
    "vision": gettext_lazy("sees pictures"),
    "json": gettext_lazy("structured answers"),
    "reasoning": gettext_lazy("thinks first"),
}
MODEL_SENTENCES = {
    "bottega/quote": gettext_lazy("Quotes your sources word for word; it follows no instructions"),
    "bottega/smollm2-135m": gettext_lazy("A demonstration of generation, often wrong"),
}


@dataclass(frozen=True)
class ModelChoice:
    """A model as the form offers it."""

    id: str
    name: str
    sentence: str
    price: str
    price_hint: str
    current: bool


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_configure(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The draft on the left, its preview on the right."""
    builder = open_builder(request.actor, assistant_id, "configure")
    choices = [_choice(model, builder.specification.model.id) for model in list_models("chat", organisation=request.actor.organisation)]
    context = {
        "builder": builder,
        "spec": builder.document,
        "models": choices,
        "model_missing": not any(choice.current for choice in choices),
        "groundings": GROUNDINGS,
        "languages": settings.LANGUAGES,
        "tokens": _tokens(builder),
        "limits": {"instructions": INSTRUCTION_CHARACTERS, "starters": MAX_STARTERS, "rules": MAX_RULES},
    }
    return render(request, "building/configure.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_prompt(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The compiled prompt of the draft, as a fragment."""
    builder = open_builder(request.actor, assistant_id, "configure")
    context = {"prompt": compile_prompt(builder.specification), "tokens": _tokens(builder)}
    return render(request, "building/partials/prompt.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_picture(request: OrganisationRequest) -> HttpResponse:
    """The picture of a seed, as a fragment."""
    seed = "".join(c for c in request.GET.get("seed", "") if c.isalnum())[:64]
    return render(request, "building/partials/picture.html", {"seed": seed})


def _tokens(builder: Builder) -> int:
    return count_tokens(compile_prompt(builder.specification))


def _choice(model: ModelInfo, current: str) -> ModelChoice:
    return ModelChoice(
        id=model.id,
        name=model.name,
        sentence=_sentence(model),
        price=_price(model),
        price_hint=_price_hint(model),
        current=model.id == current,
    )


def _sentence(model: ModelInfo) -> str:
    parts = [str(MODEL_SENTENCES.get(model.id, ""))]
    parts += [str(words) for name, words in CAPABILITIES.items() if model.capabilities.get(name)]
    if model.context_window:
        parts.append(_("reads %(count)s tokens") % {"count": compact_number(model.context_window)})
    parts.append(_("runs here") if not model.host else _("sends to %(host)s") % {"host": model.host})
    if model.shutdown_on:
        parts.append(_("ends on %(day)s") % {"day": model.shutdown_on})
    return " · ".join(filter(None, parts))


def _price(model: ModelInfo) -> str:
    if model.price is None:
        return _("price unknown")
    if not model.price.input_per_million and not model.price.output_per_million:
        return _("free")
    return format_money(model.price.output_per_million, model.price.currency)


def _price_hint(model: ModelInfo) -> str:
    if model.price is None or not model.price.output_per_million:
        return ""
    read = format_money(model.price.input_per_million, model.price.currency)
    return _("a million tokens written, %(read)s read") % {"read": read}
