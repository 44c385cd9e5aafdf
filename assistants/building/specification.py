"""The whole definition of an assistant, as one validated document.

A draft and a version hold the same document; everything that a turn, a listing or an export needs to know about an
assistant is in it. Its documents of knowledge are the one exception: a version names them in its manifest.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Annotated, Any, Literal, TypeVar

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from assistants.knowledge.limits import METADATA_NAME, MOST_METADATA, MOST_TAGS, TAG_LENGTH
from kernel.errors import FieldError, InvalidInput

INSTRUCTION_CHARACTERS = 32_000
MAX_STARTERS = 12
MAX_RULES = 50
MAX_CAPABILITIES = 40
MAX_ACTIONS = 30
MAX_EXAMPLES = 20
DEEPEST_FIELD = 8
NOT_ENOUGH_INFORMATION = "I don't have enough information to answer that."

Grounding = Literal["free", "prefer", "only"]
Rewriting = Literal["off", "words", "model"]


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("forbidden_character", "NUL")
    return value


def _filled(values: list[str]) -> list[str]:
    return [value for value in values if value]


def _is_name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
        raise PydanticCustomError("not_a_name", "not a name")
    return value


Text = Annotated[str, AfterValidator(_without_nul)]
Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_without_nul)]
Rule = Annotated[Line, StringConstraints(max_length=500)]
Starter = Annotated[Line, StringConstraints(max_length=200)]
Instruction = Annotated[Text, Field(max_length=INSTRUCTION_CHARACTERS)]
Tag = Annotated[Line, Field(max_length=TAG_LENGTH)]
MetadataName = Annotated[
    Line, StringConstraints(min_length=1, max_length=METADATA_NAME, pattern=r"^[^=\n\r]*$")
]
MetadataValue = Annotated[Line, Field(max_length=200)] | int | float | bool
CapabilityName = Annotated[str, AfterValidator(_is_name)]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})?$")]


class Part(BaseModel):
    """A part of the document: closed, typed strictly, never changed in place."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


PartType = TypeVar("PartType", bound=Part)


class Profile(Part):
    """What people see of the assistant. `picture` is the seed of its picture."""

    name: Annotated[Line, Field(max_length=80)] = ""
    tagline: Annotated[Line, Field(max_length=120)] = ""
    description: Annotated[Text, Field(max_length=4000)] = ""
    picture: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:.-]{0,64}$")] = ""
    welcome_message: Annotated[Text, Field(max_length=2000)] = ""
    starters: Annotated[list[Starter], Field(max_length=MAX_STARTERS), AfterValidator(_filled)] = []


class Example(Part):
    """A question, and how it is to be answered."""

    question: Annotated[Line, Field(max_length=2000)]
    answer: Annotated[Text, Field(max_length=8000)]


class Instructions(Part):
    """What the model is told; 32,000 characters together."""

    role: Instruction = ""
    behaviour: Instruction = ""
    must_never: Annotated[list[Rule], Field(max_length=MAX_RULES), AfterValidator(_filled)] = []
    output_format: Instruction = ""
    text: Instruction = ""
    examples: Annotated[list[Example], Field(max_length=MAX_EXAMPLES)] = []

    @property
    def length(self) -> int:
        """Characters of all parts."""
        shown = (text for example in self.examples for text in (example.question, example.answer))
        parts = (self.role, self.behaviour, self.output_format, self.text, *self.must_never, *shown)
        return sum(map(len, parts))

    @model_validator(mode="after")
    def _short_enough(self) -> "Instructions":
        if self.length > INSTRUCTION_CHARACTERS:
            raise PydanticCustomError("instructions_too_long", "too long", {"length": self.length})
        return self


class Parameters(Part):
    """How the model writes; what is None is left to the model."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_output_tokens: Annotated[int, Field(ge=1, le=200_000)] | None = None


class Model(Part):
    """Which model answers, and which one where the first fails before its first word."""

    id: Annotated[Line, Field(max_length=200)] = ""
    fallback: Annotated[Line, Field(max_length=200)] = ""
    parameters: Parameters = Parameters()


class AnswerPolicy(Part):
    """Where answers may come from, and what is said when the sources are silent."""

    grounding: Grounding = "prefer"
    citations: bool = True
    not_enough_information: Annotated[Line, Field(max_length=500)] = NOT_ENOUGH_INFORMATION
    # A short numbered reasoning before the answer, which folds away.
    show_steps: bool = False
    # A second pass that holds the finished answer against its sources.
    verification: bool = False
    # The language of answers; empty for that of the question.
    language: LanguageCode = ""

    @property
    def sentence(self) -> str:
        """What is said when the sources are silent; never empty."""
        return self.not_enough_information or NOT_ENOUGH_INFORMATION


class KnowledgeFilter(Part):
    """Which of the sources are searched: those that carry all the tags and hold all the values of metadata."""

    tags: Annotated[list[Tag], Field(max_length=MOST_TAGS), AfterValidator(_filled)] = []
    metadata: Annotated[dict[MetadataName, MetadataValue], Field(max_length=MOST_METADATA)] = {}


class Knowledge(Part):
    """How the sources are searched, and how much of them one answer may read."""

    top_k: Annotated[int, Field(ge=1, le=50)] = 6
    budget_tokens: Annotated[int, Field(ge=200, le=32_000)] = 2000
    filter: KnowledgeFilter = KnowledgeFilter()
    # Whether the operator's reranker reads the first passages and orders them anew.
    rerank: bool = False
    # Whether passages that stand next to each other are given as one.
    neighbours: bool = True
    # How a question that leans on the conversation is made one that can be searched for by itself.
    rewriting: Rewriting = "words"


class Limits(Part):
    """Where a turn ends by itself; what is None is left to the platform.

    `tokens` counts what all calls of a turn read and write together, `cost` is in micro-units of the platform's currency.
    """

    seconds: Annotated[int, Field(ge=5, le=900)] | None = None
    tokens: Annotated[int, Field(ge=500, le=2_000_000)] | None = None
    tool_calls: Annotated[int, Field(ge=0, le=50)] = 10
    cost: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None


class ActionUse(Part):
    """An action, and the keys of its operations that are switched on."""

    id: Annotated[str, StringConstraints(pattern=r"^act_[A-Za-z0-9_]{1,44}$")]
    operations: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=500)] = []


def _each_once(uses: list[ActionUse]) -> list[ActionUse]:
    if len({use.id for use in uses}) < len(uses):
        raise PydanticCustomError("action_twice", "action twice")
    return uses


class Specification(Part):
    """The definition of an assistant."""

    profile: Profile = Profile()
    instructions: Instructions = Instructions()
    model: Model = Model()
    answer_policy: AnswerPolicy = AnswerPolicy()
    knowledge: Knowledge = Knowledge()
    actions: Annotated[list[ActionUse], Field(max_length=MAX_ACTIONS), AfterValidator(_each_once)] = []
    capabilities: Annotated[dict[CapabilityName, bool], Field(max_length=MAX_CAPABILITIES)] = {}
    limits: Limits = Limits()
    # The language that the assistant itself is written in.
    language: LanguageCode = ""

    def document(self) -> dict[str, Any]:
        """The document as JSON values; parameters that are left to the model are absent."""
        return self.model_dump(mode="json", exclude_none=True)

    def written(self) -> dict[str, Any]:
        """What differs from the defaults: the form of files and hashes, which a field added later does not change."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def parse_specification(document: Any) -> Specification:
    """Check a whole document.

    Raises:
        InvalidInput: it names every wrong or unknown field by its path, for example `profile.starters.3`.
    """
    return parse_part(Specification, document)


def parse_part(kind: type[PartType], document: Any) -> PartType:
    """Check a document against one of our closed forms.

    Raises:
        InvalidInput: it names every wrong or unknown field by its path.
    """
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(
            errors=[_field_error(dict(item)) for item in error.errors(include_url=False)]
        ) from error


def merge_patch(document: Any, patch: Any, *, depth: int = 0) -> Any:
    """Apply a JSON merge patch: objects are merged, everything else replaced; null takes a field back to its default."""
    # Deeper than any field of ours lies nothing to merge with; the check of the whole then names what is wrong.
    if not isinstance(patch, Mapping) or depth > DEEPEST_FIELD:
        return patch
    merged = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value, depth=depth + 1)
    return merged


def canonical_json(value: Any) -> bytes:
    """The one way to write a document down: sorted keys, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def content_hash(
    specification: Specification, documents: Iterable[tuple[str, str]], revisions: Iterable[str] = ()
) -> str:
    """SHA-256 over a definition and what it knows, in hexadecimal; alike wherever a copy of them lies.

    Args:
        documents: hash and title of each document of the manifest. revisions: of its actions, by their public ids.
    """
    whole: dict[str, Any] = {"specification": specification.written(), "documents": sorted(documents)}
    if named := sorted(revisions):
        whole["actions"] = named
    return sha256(canonical_json(whole)).hexdigest()


_MESSAGES: dict[str, tuple[str, str | Promise]] = {
    "extra_forbidden": ("unknown_field", _("There is no such field.")),
    "missing": ("required", _("This is needed.")),
    "string_too_long": ("too_long", _("Use at most %(max_length)s characters.")),
    "too_long": ("too_many", _("Use at most %(max_length)s entries.")),
    "string_type": ("wrong_type", _("This has to be text.")),
    "string_unicode": ("wrong_type", _("This has to be text.")),
    "int_type": ("wrong_type", _("This has to be a whole number.")),
    "float_type": ("wrong_type", _("This has to be a number.")),
    "finite_number": ("wrong_type", _("This has to be a number.")),
    "bool_type": ("wrong_type", _("This has to be true or false.")),
    "list_type": ("wrong_type", _("This has to be a list.")),
    "dict_type": ("wrong_type", _("This has to be an object.")),
    "model_type": ("wrong_type", _("This has to be an object.")),
    "literal_error": ("not_a_choice", _("Choose one of: %(expected)s.")),
    "greater_than": ("out_of_range", _("Use a number above %(gt)s.")),
    "greater_than_equal": ("out_of_range", _("Use a number from %(ge)s on.")),
    "less_than_equal": ("out_of_range", _("Use a number up to %(le)s.")),
    "forbidden_character": (
        "forbidden_character",
        _("This holds a character that cannot be stored (NUL). Remove it."),
    ),
    "not_in_the_folder": ("invalid", _("Name a file in the folder knowledge/, without further folders.")),
    "not_in_actions": ("invalid", _("Name a file in the folder actions/, without further folders.")),
    "not_a_name": ("invalid", _("Use small letters, digits and underscores, beginning with a letter.")),
    "action_twice": ("action_twice", _("Name each action once.")),
    "instructions_too_long": (
        "instructions_too_long",
        _(
            "Instructions have room for 32,000 characters together; these are %(length)s. Shorten them, or move facts to the sources."
        ),
    ),
}


def _field_error(item: dict[str, Any]) -> FieldError:
    kind = str(item["type"])
    if (
        kind == "too_long" and item["ctx"]["field_type"] == "Value"
    ):  # a text that was trimmed or looked at before
        kind = "string_too_long"
    code, message = _MESSAGES.get(kind, ("invalid", _("This is not valid.")))
    path = ".".join(str(part) for part in item["loc"] if part != "[key]") or "body"
    context = {name: str(value).replace("'", "") for name, value in (item.get("ctx") or {}).items()}
    return FieldError(path, code, str(message) % context if context else str(message))
