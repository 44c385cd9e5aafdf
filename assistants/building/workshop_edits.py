"""What the builder assistant may change of a draft, as closed forms derived from the definition's own fields.

A form is what a model fills in when it calls a tool; the patch of one is what is merged into the draft.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

from django.utils.translation import gettext_lazy as _
from pydantic import Field, create_model

from assistants.building.slugs import random_part
from assistants.building.specification import (
    AnswerPolicy,
    Instructions,
    Line,
    Part,
    Profile,
    Rule,
    Specification,
)

ANOTHER_PICTURE = "new"
LONGEST_IN_SCHEMA = 500  # grammars of local servers count up to a limit; the rest is checked here
SEED_LENGTH = 12

LABELS = {
    "profile.name": _("Name"),
    "profile.picture": _("Picture"),
    "profile.tagline": _("One sentence"),
    "profile.description": _("Description"),
    "instructions.role": _("Role"),
    "instructions.behaviour": _("How it behaves"),
    "instructions.must_never": _("It must never"),
    "instructions.output_format": _("The form of its answers"),
    "instructions.text": _("Anything else"),
    "instructions.examples": _("Examples"),
    "profile.welcome_message": _("Welcome message"),
    "profile.starters": _("Starters"),
    "answer_policy.grounding": _("Where answers come from"),
    "answer_policy.citations": _("Numbers its sources"),
    "answer_policy.show_steps": _("Shows its steps"),
    "answer_policy.verification": _("Checks its answers"),
    "answer_policy.not_enough_information": _("When the sources are silent"),
    "answer_policy.language": _("Language of its answers"),
}


class RuleEdit(Part):
    """Changes of the list of things that the assistant must never do."""

    add: Annotated[list[Rule], Field(max_length=50)] = []
    remove: Annotated[list[Rule], Field(max_length=50)] = []
    replace: Annotated[list[Rule], Field(max_length=50)] | None = None


def _fields_of(part: type[Part], hints: Mapping[str, str]) -> dict[str, Any]:
    """Some fields of a part of the definition, each of which may be left out."""
    return {
        name: (part.model_fields[name].rebuild_annotation() | None, Field(None, description=hint))
        for name, hint in hints.items()
    }


ProfileEdit: type[Part] = create_model(
    "ProfileEdit",
    __base__=Part,
    **_fields_of(
        Profile,
        {
            "name": "What it is called, at most 80 characters",
            "tagline": "What it does, in one sentence of at most 120 characters",
            "description": "A short text for people who think about using it",
            "welcome_message": "What it says when a chat begins",
            "picture": f'"{ANOTHER_PICTURE}" draws another picture; a seed takes exactly that one',
        },
    ),
)
InstructionsEdit: type[Part] = create_model(
    "InstructionsEdit",
    __base__=Part,
    must_never=(RuleEdit | None, Field(None, description="What it must never do, one rule an entry")),
    **_fields_of(
        Instructions,
        {
            "role": "Who it is, in the second person",
            "behaviour": "How it behaves, in the second person",
            "output_format": "The form of its answers",
            "text": "Further instructions that fit nowhere else",
            "examples": "Questions, and how each is to be answered; replaces the list",
        },
    ),
)
StartersEdit: type[Part] = create_model(
    "StartersEdit",
    __base__=Part,
    starters=(
        Profile.model_fields["starters"].rebuild_annotation(),
        Field(description="Questions that people begin with; replaces the list"),
    ),
)
AnswerPolicyEdit: type[Part] = create_model(
    "AnswerPolicyEdit",
    __base__=Part,
    **_fields_of(
        AnswerPolicy,
        {
            "grounding": "only: answers from its documents alone; prefer: general knowledge where they are silent, and"
            " says so; free: both alike",
            "citations": "Whether it numbers its sources",
            "show_steps": "Whether it shows short numbered steps before the answer",
            "verification": "Whether a second pass holds the answer against the sources",
            "not_enough_information": "What it says when the documents do not hold the answer",
            "language": "A language code such as en or zh-hans; empty for the language of the question",
        },
    ),
)


class KnowledgeItem(Part):
    """A document that would help."""

    title: Annotated[Line, Field(max_length=120, description="What document, in a few words")]
    why: Annotated[Line, Field(max_length=240, description="What it would let the assistant answer")] = ""


class KnowledgeSuggestion(Part):
    """Documents that would help the assistant."""

    items: Annotated[list[KnowledgeItem], Field(min_length=1, max_length=8)]


class TestSuggestion(Part):
    """Questions to try the assistant with."""

    questions: Annotated[
        list[Annotated[Line, Field(min_length=1, max_length=300)]],
        Field(min_length=1, max_length=5, description="Three questions that show where it is weak"),
    ]


class AnswerSuggestion(Part):
    """Short answers that the person may choose from."""

    answers: Annotated[
        list[Annotated[Line, Field(min_length=1, max_length=80)]],
        Field(min_length=2, max_length=4, description="Short answers to the question that you ask next"),
    ]


def profile_patch(edit: Part, _present: Specification) -> dict[str, Any]:
    """The patch of a `ProfileEdit`."""
    values = _given(edit)
    if values.get("picture") == ANOTHER_PICTURE:
        values["picture"] = random_part(SEED_LENGTH)
    return {"profile": values}


def instructions_patch(edit: Part, present: Specification) -> dict[str, Any]:
    """The patch of an `InstructionsEdit`."""
    values = _given(edit)
    if "must_never" in values:
        rules = cast(RuleEdit, edit.must_never)  # type: ignore[attr-defined]
        values["must_never"] = _ruled(present.instructions.must_never, rules)
    return {"instructions": values}


def starters_patch(edit: Part, _present: Specification) -> dict[str, Any]:
    """The patch of a `StartersEdit`."""
    return {"profile": _given(edit)}


def answer_policy_patch(edit: Part, _present: Specification) -> dict[str, Any]:
    """The patch of an `AnswerPolicyEdit`."""
    return {"answer_policy": _given(edit)}


def _given(edit: Part) -> dict[str, Any]:
    # Models often send null for what they leave alone; in a merge patch it would wipe the field.
    return edit.model_dump(mode="json", exclude_none=True, exclude_unset=True)


def _ruled(present: Iterable[str], edit: RuleEdit) -> list[str]:
    kept = list(present if edit.replace is None else edit.replace)
    gone = {rule.casefold() for rule in edit.remove}
    kept = [rule for rule in kept if rule.casefold() not in gone]
    known = {rule.casefold() for rule in kept}
    return [*kept, *(rule for rule in edit.add if rule and rule.casefold() not in known)]


def schema_of(form: type[Part]) -> dict[str, Any]:
    """The JSON schema of a form as models understand it best: closed, without references, names and defaults."""
    whole = form.model_json_schema()
    return cast(dict[str, Any], _plain(whole, whole.get("$defs", {})))


def _plain(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions) | _hint(node)
    if "anyOf" in node:
        kinds = [kind for kind in node["anyOf"] if kind.get("type") != "null"]
        return _plain(kinds[0], definitions) | _hint(node)
    plain = {key: value for key, value in node.items() if key not in ("$defs", "title", "default", "pattern")}
    if plain.get("maxLength", 0) > LONGEST_IN_SCHEMA:
        del plain["maxLength"]
    if "properties" in plain:
        fields = {name: _plain(field, definitions) for name, field in plain["properties"].items()}
        return {**plain, "properties": fields, "additionalProperties": False}
    return {key: _plain(value, definitions) for key, value in plain.items()}


def _hint(node: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": node["description"]} if "description" in node else {}
