"""The draft as the Create tab shows it: its fields in groups, each with what was changed of it and can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assistants.building.comparison.lists import compare_lists
from assistants.building.comparison.results import Item, Span
from assistants.building.comparison.words import compare_texts
from assistants.building.views.builder import Builder
from assistants.building.workshop_queries import OpenChange, field_values, label_of, open_changes

LISTS = ("instructions.must_never", "profile.starters", "instructions.examples")
WORDS: dict[str, str | Promise] = {
    "free": pgettext_lazy("grounding", "Free"),
    "prefer": gettext_lazy("Prefer sources"),
    "only": gettext_lazy("Only sources"),
}
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("Profile"),
        ("profile.name", "profile.picture", "profile.tagline", "profile.description"),
    ),
    (
        gettext_lazy("Instructions"),
        (
            "instructions.role",
            "instructions.behaviour",
            "instructions.must_never",
            "instructions.output_format",
            "instructions.text",
            "instructions.examples",
        ),
    ),
    (gettext_lazy("How a chat begins"), ("profile.welcome_message", "profile.starters")),
    (
        gettext_lazy("Answers"),
        (
            "answer_policy.grounding",
            "answer_policy.citations",
            "answer_policy.show_steps",
            "answer_policy.verification",
            "answer_policy.not_enough_information",
            "answer_policy.language",
        ),
    ),
)
# Shown only where somebody set them, or changed them here.
QUIET = {"answer_policy.show_steps", "answer_policy.verification", "answer_policy.citations"}


@dataclass(frozen=True)
class DraftField:
    """One field of the draft and its unsettled change, if there is one."""

    path: str
    value: Any
    change: OpenChange | None

    @property
    def label(self) -> str:
        return label_of(self.path)

    @property
    def is_picture(self) -> bool:
        return self.path == "profile.picture"

    @property
    def is_list(self) -> bool:
        return self.path in LISTS

    @property
    def shown(self) -> bool:
        """Whether there is anything to see of it."""
        return self.change is not None or (bool(self.value) and self.path not in QUIET)

    @property
    def entries(self) -> Sequence[Item]:
        """A list's entries, those that went in their old places."""
        now = _texts(self.value)
        return compare_lists(_texts(self.change.before) if self.change else now, now)

    @property
    def spans(self) -> Sequence[Span]:
        """The words of a text, with what is new and what has gone."""
        now = _in_words(self.value)
        before = _in_words(self.change.before) if self.change else now
        return compare_texts(before, now)


@dataclass(frozen=True)
class DraftGroup:
    """Some fields under one heading."""

    label: str | Promise
    fields: Sequence[DraftField]


class DraftFace:
    """The right half of the Create tab."""

    def __init__(self, builder: Builder, refusal: str = "") -> None:
        self.builder, self.refusal = builder, refusal

    @cached_property
    def changes(self) -> list[OpenChange]:
        """What nobody has kept or taken back yet."""
        return open_changes(self.builder.assistant, self.builder.document)

    @cached_property
    def groups(self) -> list[DraftGroup]:
        """The groups of which there is something to see."""
        values = field_values(self.builder.document)
        by_path = {change.path: change for change in self.changes}
        made = [
            DraftGroup(label, [DraftField(path, values.get(path), by_path.get(path)) for path in paths])
            for label, paths in GROUPS
        ]
        return [
            DraftGroup(group.label, [field for field in group.fields if field.shown])
            for group in made
            if any(field.shown for field in group.fields)
        ]


def _texts(value: Any) -> list[str]:
    return [
        f"{item['question']} → {item['answer']}" if isinstance(item, dict) else str(item)
        for item in value or []
    ]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(WORDS.get(value, value) if isinstance(value, str) else value or "")
