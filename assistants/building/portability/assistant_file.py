"""`assistant.yaml`: one assistant, written so that people can read it, review it and keep it in git."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import yaml
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from assistants.building.portability.located import Located
from assistants.building.portability.refusals import FileRefused, placed
from assistants.building.specification import MAX_ACTIONS, Line, Part, Specification, parse_part
from assistants.knowledge.crawling.settings import DEEPEST, DEPTH, MAX_PATTERNS, MOST_PAGES, PAGES
from assistants.knowledge.limits import MOST_METADATA, MOST_TAGS, TAG_LENGTH
from kernel.errors import FieldError, InvalidInput

FILE = "assistant.yaml"
FOLDER = "knowledge/"
ACTIONS = "actions/"
SCHEMA = "bottega.assistant/1"
SCHEMA_URL = "/schemas/assistant-1.json"
MAX_KNOWLEDGE = 1_000
_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")


def _inside_the_folder(value: str) -> str:
    if not re.fullmatch(r"knowledge/[^/\\\x00-\x1f]{1,200}", value) or value.endswith(("/.", "/..")):
        raise PydanticCustomError("not_in_the_folder", "not in the folder")
    return value


def _inside_actions(value: str) -> str:
    if not re.fullmatch(r"actions/[^/\\\x00-\x1f]{1,200}", value) or value.endswith(("/.", "/..")):
        raise PydanticCustomError("not_in_actions", "not in the folder")
    return value


class ActionEntry(Part):
    """An outside API that the assistant may call: an OpenAPI document, or what an MCP server offers, in the folder `actions/`."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    type: Literal["openapi", "mcp"] = "openapi"
    file: Annotated[str, AfterValidator(_inside_actions)]
    # Where calls go. An OpenAPI document says so itself; this is what its relative addresses follow.
    server: Annotated[Line, Field(max_length=2000)] = ""
    # Where the document was fetched from.
    source: Annotated[Line, Field(max_length=2000)] = ""
    privacy_policy_url: Annotated[Line, Field(max_length=2000)] = ""
    # The operations that are switched on, by their keys.
    operations: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=500)] = []
    # How calls are signed. Keys and passwords are never in a file: whoever brings it in signs in anew.
    auth: dict[str, Any] = {}
    # The ready-made connector that it is made from; where that is known, it says itself what it can do and how it signs.
    connector: Annotated[Line, Field(max_length=40)] = ""

    def written(self) -> dict[str, Any]:
        """The entry as it stands in the file: without what is at its default."""
        return self.model_dump(exclude_defaults=True)


class Following(Part):
    """How far a website is followed; what is left out is as it is by default."""

    depth: Annotated[int, Field(ge=0, le=DEEPEST)] = DEPTH
    pages: Annotated[int, Field(ge=1, le=MOST_PAGES)] = PAGES
    include: Annotated[list[Line], Field(max_length=MAX_PATTERNS)] = []
    exclude: Annotated[list[Line], Field(max_length=MAX_PATTERNS)] = []
    sitemap: bool = True


class KnowledgeEntry(Part):
    """Something that the assistant knows: a file, a text or questions with answers in the folder `knowledge/`, a web page
    or a website."""

    type: Literal["file", "text", "qa", "url", "site"] = "file"
    title: Annotated[Line, Field(max_length=255)] = ""
    file: Annotated[str, AfterValidator(_inside_the_folder)] | None = None
    url: Annotated[Line, Field(max_length=2000)] | None = None
    # Of the file's bytes, or of the page as it was read: whoever changes the file takes this line away or writes it anew.
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    # How far a website is followed.
    follow: Following | None = None
    # How often the origin of a page or a website is looked at.
    every: Literal["", "hourly", "daily", "weekly", "monthly"] = ""
    tags: Annotated[list[Annotated[Line, Field(max_length=TAG_LENGTH)]], Field(max_length=MOST_TAGS)] = []
    metadata: Annotated[dict[str, str | int | float], Field(max_length=MOST_METADATA)] = {}
    # How much of the original a reader of a citation may see.
    showing: Literal["quote", "quote_only", "hidden", "download"] = "quote"
    # Whether only some groups may be answered from it. Groups are an organisation's own: where it is brought in anew, nobody
    # but those who build is, until somebody chooses groups.
    restricted: bool = False

    def written(self) -> dict[str, Any]:
        """The entry as it stands in the file: without what is at its default."""
        shown = self.model_dump(exclude_none=True, exclude_defaults=True)
        shown |= {"follow": self.follow.model_dump(exclude_defaults=True)} if self.follow else {}
        return {"type": self.type} | {name: value for name, value in shown.items() if value != {}}


class AssistantFile(Part):
    """The whole file."""

    version: Literal["bottega.assistant/1"] = Field(alias="schema")
    specification: Specification = Specification()
    actions: Annotated[list[ActionEntry], Field(max_length=MAX_ACTIONS)] = []
    knowledge: Annotated[list[KnowledgeEntry], Field(max_length=MAX_KNOWLEDGE)] = []


def json_schema() -> dict[str, Any]:
    """The format as a JSON Schema, for editors and other programs."""
    schema = AssistantFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": SCHEMA}


def write_assistant(
    specification: Specification,
    knowledge: Sequence[KnowledgeEntry],
    actions: Sequence[ActionEntry] = (),
) -> str:
    """The file's text: what is at its default is left out, long texts are blocks, and nothing in it depends on when."""
    whole: dict[str, Any] = {"schema": SCHEMA, "specification": specification.written()}
    if actions:
        whole["actions"] = [entry.written() for entry in actions]
    if knowledge:
        whole["knowledge"] = [entry.written() for entry in knowledge]
    return yaml.dump(
        whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=1_000_000
    )


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    if _BREAKS.search(value):
        style: str | None = '"'  # parsers disagree on these; in double quotes they are escaped
    else:
        # Where a block would lose something, the emitter itself falls back to quotes.
        style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def parse_assistant(located: Located) -> AssistantFile:
    """The checked content of a file.

    Raises:
        FileRefused: it names every wrong field with its line.
    """
    _check_version(located)
    try:
        read = parse_part(AssistantFile, located.value)
    except InvalidInput as refusal:
        raise _refused(located, refusal) from None
    for number, entry in enumerate(read.knowledge):
        is_page = entry.type in ("url", "site")
        if (entry.url is not None) != is_page or (entry.file is None) != is_page:
            reason = _(
                "A file, a text or questions (type: qa) name their file, a page (type: url) or a website (type: site) its"
                " url, and none has both."
            )
            raise located.refuse(("knowledge", number), "invalid", reason)
        if (entry.follow and entry.type != "site") or (entry.every and not is_page):
            reason = _("Only a website is followed, and only a page or a website is looked at again.")
            raise located.refuse(("knowledge", number), "invalid", reason)
    return read


def _check_version(located: Located) -> None:
    if not isinstance(located.value, dict):
        raise located.refuse((), "wrong_type", _("This has to be an object with schema and specification."))
    version = located.value.get("schema")
    if version != SCHEMA:
        reason = _("The schema is %(found)s. This installation reads %(known)s.")
        shown = str(version)[:60] if version is not None else "–"
        raise located.refuse(("schema",), "unknown_schema", reason % {"found": shown, "known": SCHEMA})


def _refused(located: Located, refusal: InvalidInput) -> FileRefused:
    errors = []
    for error in refusal.errors:
        line = located.line_of(located.path_of((), error.field))
        errors.append(FieldError(error.field, error.code, placed(located.file, line, error.message)))
    return FileRefused(errors=errors, reason=errors[0].message)
