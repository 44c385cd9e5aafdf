"""The models that a draft may choose from, side by side: what they can do, and what they cost and take."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assistants.building.estimates import Estimate
from assistants.turns.speeds import Speed, measured_speeds
from kernel.money import format_money
from providers.catalogue import ModelInfo
from web.numbers import compact_number

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


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model as the form offers it; figures are words already, and empty where nobody knows them."""

    id: str
    name: str
    sentence: str
    place: str
    ends: str
    context: str
    speed: str
    speed_basis: str
    reads: str
    writes: str
    turn: str
    current: bool


def model_choices(models: list[ModelInfo], current: str, estimate: Estimate) -> list[ModelChoice]:
    """Each model with its figures, in the order given."""
    speeds = measured_speeds()
    return [_choice(model, current, estimate, speeds) for model in models]


def _choice(model: ModelInfo, current: str, estimate: Estimate, speeds: Mapping[str, Speed]) -> ModelChoice:
    speed = speeds.get(model.id)
    return ModelChoice(
        id=model.id,
        name=model.name,
        sentence=_sentence(model),
        place=_("runs here") if not model.host else _("sends to %(host)s") % {"host": model.host},
        ends=_ends(model),
        context=compact_number(model.context_window) if model.context_window else "",
        speed=_("%(count)s tokens a second") % {"count": compact_number(round(speed.tokens_a_second))}
        if speed
        else "",
        speed_basis=_basis(speed) if speed else "",
        reads=_price(model, "input_per_million"),
        writes=_price(model, "output_per_million"),
        turn=turn_cost(model, estimate),
        current=model.id == current,
    )


def turn_cost(model: ModelInfo, estimate: Estimate) -> str:
    """What a typical turn costs with a model, in words; empty where its price is not known."""
    if model.price is None:
        return ""
    cost = estimate.cost(model.price)
    if not model.price.input_per_million and not model.price.output_per_million:
        return _("free")
    return format_money(cost, model.price.currency, places=4 if cost < 100_000 else 2)


def _sentence(model: ModelInfo) -> str:
    parts = [str(MODEL_SENTENCES.get(model.id, ""))]
    parts += [str(words) for name, words in CAPABILITIES.items() if model.capabilities.get(name)]
    return " · ".join(filter(None, parts))


def _ends(model: ModelInfo) -> str:
    if not model.shutdown_on:
        return ""
    day = date_format(model.shutdown_on)
    if model.replacement:
        return _("Ends on %(day)s; %(model)s takes over") % {"day": day, "model": model.replacement}
    return _("Ends on %(day)s") % {"day": day}


def _basis(speed: Speed) -> str:
    return ngettext(
        "median of %(count)s answer, %(seconds)s s each",
        "median of %(count)s answers, %(seconds)s s each",
        speed.answers,
    ) % {"count": speed.answers, "seconds": compact_number(round(speed.seconds, 1))}


def _price(model: ModelInfo, side: str) -> str:
    if model.price is None:
        return ""
    amount: int = getattr(model.price, side)
    return format_money(amount, model.price.currency) if amount else _("free")
