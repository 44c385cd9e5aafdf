"""The tools of the builder: each writes the draft, or keeps a proposal, in one short transaction of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.building.actions.edit_draft import edit_draft
from assistants.building.actions.note_suggestions import note_suggestions
from assistants.building.models import DraftChange
from assistants.building.specification import Part, Specification, parse_part
from assistants.building.workshop_edits import (
    AnswerPolicyEdit,
    AnswerSuggestion,
    InstructionsEdit,
    KnowledgeSuggestion,
    ProfileEdit,
    StartersEdit,
    TestSuggestion,
    answer_policy_patch,
    instructions_patch,
    profile_patch,
    schema_of,
    starters_patch,
)
from assistants.building.workshop_queries import label_of
from assistants.turns.tools import Tool, Toolbox, ToolResult
from kernel.db import run_db
from organisations.actors import Actor
from organisations.standing import present_actor
from providers.ports import ToolSchema

Patch = Callable[[Part, Specification], Mapping[str, Any]]
NOTHING_CHANGED = "Nothing changed: the draft says this already."


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where the tools of one turn work."""

    actor: Actor
    assistant_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class EditTool:
    """A tool that changes fields of the draft."""

    place: Workplace
    schema: ToolSchema
    words: str | Promise
    form: type[Part]
    patch: Patch

    @property
    def label(self) -> str:
        """What it does, in the language of whoever asked."""
        return str(self.words)

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Check the arguments and change the draft; what is wrong with them is told to the model."""
        wanted = parse_part(self.form, arguments)
        return _changed(await run_db(self._write, wanted))

    def _write(self, wanted: Part) -> list[DraftChange]:
        # A turn may last for minutes; who lost the right to edit meanwhile changes nothing any more.
        return edit_draft(
            actor=present_actor(self.place.actor),
            assistant_id=self.place.assistant_id,
            edit=lambda present: self.patch(wanted, present),
            message_id=self.place.message_id,
        )


@dataclass(frozen=True, slots=True)
class SuggestTool:
    """A tool that proposes something beside the draft."""

    place: Workplace
    schema: ToolSchema
    words: str | Promise
    form: type[Part]
    kind: str
    field: str

    @property
    def label(self) -> str:
        """What it does, in the language of whoever asked."""
        return str(self.words)

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Check the arguments and keep them with the message."""
        values = parse_part(self.form, arguments).model_dump(mode="json")[self.field]
        await run_db(self._write, values)
        return ToolResult("They are shown to the person.", detail={self.kind: values})

    def _write(self, values: list[Any]) -> None:
        note_suggestions(
            actor=present_actor(self.place.actor),
            assistant_id=self.place.assistant_id,
            message_id=self.place.message_id,
            kind=self.kind,
            values=values,
        )


def _changed(changes: Sequence[DraftChange]) -> ToolResult:
    if not changes:
        return ToolResult(NOTHING_CHANGED)
    written = {change.path: change.after for change in changes}
    labels = [label_of(change.path) for change in changes]
    detail = {"changes": [{"id": c.public_id, "path": c.path, "label": label_of(c.path)} for c in changes]}
    content = "Changed. These fields say now: " + orjson.dumps(written).decode()
    return ToolResult(content, summary=", ".join(labels), detail=detail)


_EDITS: tuple[tuple[str, str, str | Promise, type[Part], Patch], ...] = (
    (
        "update_profile",
        "Write what people see of the assistant: name, tagline, description, welcome message, picture. Give only what changes.",
        _("Wrote the profile"),
        ProfileEdit,
        profile_patch,
    ),
    (
        "update_instructions",
        "Write what the assistant is told: role, behaviour, what it must never do, the form of its answers, further text,"
        " examples. Give only what changes.",
        _("Wrote the instructions"),
        InstructionsEdit,
        instructions_patch,
    ),
    ("set_starters", "Write the starters.", _("Wrote the starters"), StartersEdit, starters_patch),
    (
        "set_answer_policy",
        "Say where answers come from and how they are made. Give only what changes.",
        _("Set how it answers"),
        AnswerPolicyEdit,
        answer_policy_patch,
    ),
)
_SUGGESTIONS: tuple[tuple[str, str, str | Promise, type[Part], str, str], ...] = (
    (
        "suggest_knowledge",
        "Show the person a list of documents that would help the assistant. They add them themselves.",
        _("Named documents that would help"),
        KnowledgeSuggestion,
        "knowledge",
        "items",
    ),
    (
        "suggest_tests",
        "Show the person three questions to try the assistant with.",
        _("Proposed trial questions"),
        TestSuggestion,
        "tests",
        "questions",
    ),
    (
        "offer_answers",
        "Show the person two to four short answers to the question that you ask next, as buttons.",
        _("Offered answers"),
        AnswerSuggestion,
        "answers",
        "answers",
    ),
)


def workshop_toolbox(actor: Actor, assistant_id: str, message_id: str) -> Toolbox:
    """The tools of one turn: they work with the rights of whoever asked, on one assistant."""
    place = Workplace(actor, assistant_id, message_id)
    edits: list[Tool] = [
        EditTool(place, ToolSchema(name, words, schema_of(form)), label, form, patch)
        for name, words, label, form, patch in _EDITS
    ]
    suggestions: list[Tool] = [
        SuggestTool(place, ToolSchema(name, words, schema_of(form)), label, form, kind, field)
        for name, words, label, form, kind, field in _SUGGESTIONS
    ]
    return Toolbox([*edits, *suggestions])
