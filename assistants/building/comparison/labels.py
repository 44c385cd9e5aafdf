"""What the fields of a definition and their values are called on the page of a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assistants.building.comparison.results import FieldChange, Scalar, ValueChange

Words = str | Promise

# Section, its label and its icon, in the order of the page.
SECTIONS: dict[str, tuple[Words, str]] = {
    "instructions": (gettext_lazy("Instructions"), "align-left"),
    "profile": (gettext_lazy("Profile"), "user-round"),
    "model": (gettext_lazy("Model"), "cpu"),
    "answer_policy": (gettext_lazy("Answers"), "sliders-horizontal"),
    "knowledge": (gettext_lazy("Use of sources"), "library"),
    "actions": (gettext_lazy("Actions"), "plug"),
    "capabilities": (gettext_lazy("Capabilities"), "plug"),
    "limits": (gettext_lazy("Limits of a turn"), "gauge"),
    "language": (gettext_lazy("Language"), "languages"),
}
OTHER: tuple[Words, str] = (gettext_lazy("Other settings"), "sliders-horizontal")

FIELDS: dict[str, Words] = {
    "profile.name": gettext_lazy("Name"),
    "profile.tagline": gettext_lazy("What it does, in one sentence"),
    "profile.description": gettext_lazy("Description"),
    "profile.picture": gettext_lazy("Picture"),
    "profile.welcome_message": gettext_lazy("Welcome message"),
    "profile.starters": gettext_lazy("Starters"),
    "instructions.role": gettext_lazy("Role"),
    "instructions.behaviour": gettext_lazy("How it behaves"),
    "instructions.must_never": gettext_lazy("It must never"),
    "instructions.output_format": gettext_lazy("The form of its answers"),
    "instructions.text": gettext_lazy("Anything else"),
    "instructions.examples": gettext_lazy("Examples"),
    "model.id": gettext_lazy("Model"),
    "model.fallback": gettext_lazy("Model that takes over"),
    "model.parameters.temperature": gettext_lazy("Temperature"),
    "model.parameters.top_p": gettext_lazy("Top p"),
    "model.parameters.max_output_tokens": gettext_lazy("Longest answer, in tokens"),
    "answer_policy.grounding": gettext_lazy("Where answers come from"),
    "answer_policy.citations": gettext_lazy("Number its sources"),
    "answer_policy.not_enough_information": gettext_lazy("What it says when the sources are silent"),
    "answer_policy.show_steps": gettext_lazy("Show its steps"),
    "answer_policy.verification": gettext_lazy("Check answers against the sources"),
    "answer_policy.language": gettext_lazy("Language of answers"),
    "knowledge.top_k": gettext_lazy("Passages an answer may read"),
    "knowledge.budget_tokens": gettext_lazy("Tokens of passages"),
    "knowledge.filter.tags": gettext_lazy("Only sources with these tags"),
    "knowledge.filter.metadata": gettext_lazy("Only sources with this metadata"),
    "knowledge.rerank": gettext_lazy("Order passages a second time"),
    "knowledge.neighbours": gettext_lazy("Join passages that stand together"),
    "knowledge.rewriting": gettext_lazy("Questions that lean on the conversation"),
    "actions": gettext_lazy("Actions"),
    "limits.seconds": gettext_lazy("Seconds"),
    "limits.tokens": gettext_lazy("Tokens"),
    "limits.tool_calls": gettext_lazy("Calls of tools"),
    "limits.cost": gettext_lazy("Cost, in millionths"),
    "language": gettext_lazy("Language"),
}
VALUES: dict[tuple[str, Scalar], Words] = {
    ("answer_policy.grounding", "free"): pgettext_lazy("grounding", "Free"),
    ("answer_policy.grounding", "prefer"): gettext_lazy("Prefer sources"),
    ("answer_policy.grounding", "only"): gettext_lazy("Only sources"),
    ("knowledge.rewriting", "off"): gettext_lazy("Search as asked"),
    ("knowledge.rewriting", "words"): gettext_lazy("Search with the question before"),
    ("knowledge.rewriting", "model"): gettext_lazy("Let the model complete them"),
    ("answer_policy.language", ""): gettext_lazy("That of the question"),
}

PARTS: dict[str, Words] = {
    "hosts": gettext_lazy("Outside services"),
    "models": gettext_lazy("Model"),
    "stored": gettext_lazy("Kept"),
    "visible_to": gettext_lazy("Who sees it"),
    "limits": gettext_lazy("Limits"),
}


@dataclass(frozen=True)
class LabelledField:
    """A change with the words around it."""

    label: Words
    change: FieldChange

    @property
    def before(self) -> str:
        """The former value of a setting in words."""
        return _value(self.change, "before")

    @property
    def after(self) -> str:
        """The new value of a setting in words."""
        return _value(self.change, "after")


@dataclass(frozen=True)
class Section:
    """The changes of one part of a definition."""

    key: str
    label: Words
    icon: str
    fields: Sequence[LabelledField]


def sections_of(changes: Sequence[FieldChange]) -> list[Section]:
    """Changes by the part of the definition, in the order of the page."""
    order = [*SECTIONS]
    placed = sorted(changes, key=lambda change: _place(order, _section(change.path)))
    return [_made(key, list(group)) for key, group in groupby(placed, key=lambda c: _section(c.path))]


def _made(key: str, changes: Sequence[FieldChange]) -> Section:
    label, icon = SECTIONS.get(key, OTHER)
    return Section(key, label, icon, [LabelledField(_label(change.path), change) for change in changes])


def _section(path: str) -> str:
    return path.partition(".")[0]


def _place(order: Sequence[str], key: str) -> int:
    return order.index(key) if key in order else len(order)


def _label(path: str) -> Words:
    return FIELDS.get(path) or path.rpartition(".")[2].replace("_", " ")


def _value(change: FieldChange, which: str) -> str:
    if not isinstance(change, ValueChange):
        return ""
    value = getattr(change, which)
    if (change.path, value) in VALUES:
        return str(VALUES[change.path, value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("not set") if value in (None, "") else str(value)
