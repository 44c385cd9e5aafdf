"""What a server offers: its tools and prompts, as they are kept, compared and shown."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from assistants.actions.mcp.names import model_names
from assistants.actions.mcp.schemas import EMPTY, SchemaUnusable, checked_input_schema, in_words

Risk = Literal["reads", "writes", "destroys"]
LONGEST_DESCRIPTION = 4000
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool of a server.

    Attributes:
        name: the server's own, which a call needs. key: the name that models get, unique in the offer.
        description: at most 4,000 characters; untrusted.
        annotations: the four hints of MCP as far as they were given, by their names on the wire.
        risk: what the hints make of it. A hint is the server's word: where nobody vouches for the server, `cautious_risk`
            holds, which hints can only raise.
        unusable: why models are not given it, a code of `SchemaUnusable`; empty where they may be.
        fingerprint: SHA-256 over everything above that the server said. It changes when any of it does.
    """

    name: str
    key: str
    title: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any] | None
    annotations: Mapping[str, bool]
    fingerprint: str
    unusable: str = ""

    @property
    def risk(self) -> Risk:
        """By the hints; the protocol's own defaults where one is missing are "writes", and "destroys" only where it is said."""
        if self.annotations.get("readOnlyHint"):
            return "reads"
        return self.cautious_risk

    @property
    def cautious_risk(self) -> Risk:
        """Without trust in the hint that lowers it."""
        return "destroys" if self.annotations.get("destructiveHint") else "writes"

    @property
    def idempotent(self) -> bool:
        """Whether calling it again changes nothing more, by its hints: only such a call may be repeated by itself."""
        return bool(self.annotations.get("idempotentHint") or self.annotations.get("readOnlyHint"))

    @property
    def open_world(self) -> bool:
        """Whether it reaches beyond the server; so it does unless it says otherwise."""
        return self.annotations.get("openWorldHint", True)


@dataclass(frozen=True, slots=True)
class PromptArgument:
    """What a prompt is filled in with."""

    name: str
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class OfferedPrompt:
    """A prompt of a server: a starter for conversations."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerOffer:
    """Everything that a server offers.

    Attributes:
        name, version, instructions: as it calls itself; untrusted. protocol: the version that was spoken.
    """

    name: str
    version: str
    instructions: str
    protocol: str
    tools: tuple[OfferedTool, ...] = ()
    prompts: tuple[OfferedPrompt, ...] = ()

    @property
    def starters(self) -> tuple[OfferedPrompt, ...]:
        """The prompts that need nothing filled in."""
        return tuple(p for p in self.prompts if not any(argument.required for argument in p.arguments))

    def document(self) -> dict[str, Any]:
        """As JSON, for a revision to keep."""
        return {
            "name": self.name,
            "version": self.version,
            "instructions": self.instructions,
            "protocol": self.protocol,
            "tools": [
                {
                    "name": tool.name,
                    "key": tool.key,
                    "title": tool.title,
                    "description": tool.description,
                    "input_schema": dict(tool.input_schema),
                    "output_schema": tool.output_schema and dict(tool.output_schema),
                    "annotations": dict(tool.annotations),
                    "fingerprint": tool.fingerprint,
                    "unusable": tool.unusable,
                }
                for tool in self.tools
            ],
            "prompts": [
                {
                    "name": prompt.name,
                    "title": prompt.title,
                    "description": prompt.description,
                    "arguments": [
                        {"name": a.name, "description": a.description, "required": a.required}
                        for a in prompt.arguments
                    ],
                }
                for prompt in self.prompts
            ],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ServerOffer":
        """The same again, from what `document` gave."""
        prompts = (
            OfferedPrompt(
                **{**prompt, "arguments": tuple(PromptArgument(**one) for one in prompt["arguments"])}
            )
            for prompt in document["prompts"]
        )
        tools = tuple(OfferedTool(**tool) for tool in document["tools"])
        return cls(**{**document, "tools": tools, "prompts": tuple(prompts)})


def tools_of(given: Sequence[Any]) -> tuple[OfferedTool, ...]:
    """The SDK's tools as ours. Of two with one name the first counts, as it does for the server."""
    first = {tool.name: tool for tool in reversed(given)}
    keys = model_names(tool.name for tool in given)
    return tuple(_tool(first[name], key) for name, key in keys.items())


def _tool(given: Any, key: str) -> OfferedTool:
    hints = _hints(given.annotations)
    said = {
        "name": given.name,
        "title": given.title or (given.annotations.title if given.annotations else None) or "",
        "description": given.description or "",
        "inputSchema": given.input_schema,
        "outputSchema": given.output_schema,
        "annotations": hints,
    }
    unusable, schema = "", EMPTY
    try:
        schema = checked_input_schema(given.input_schema)
        if len(said["description"]) > LONGEST_DESCRIPTION:
            raise SchemaUnusable("description_too_long")
    except SchemaUnusable as verdict:
        unusable = verdict.code
    return OfferedTool(
        name=given.name,
        key=key,
        title=(" ".join(said["title"].split()) or in_words(given.name))[:LONGEST_TITLE],
        description=said["description"][:LONGEST_DESCRIPTION],
        input_schema=schema,
        output_schema=_bounded(given.output_schema),
        annotations=hints,
        fingerprint=fingerprint(said),
        unusable=unusable,
    )


def fingerprint(said: Mapping[str, Any]) -> str:
    """SHA-256 in hex over a canonical form: keys sorted, no space, UTF-8."""
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _bounded(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """A schema of results, or None where it is none that can be used: then results are cut by their size alone."""
    if schema is None:
        return None
    try:
        return checked_input_schema(schema)
    except SchemaUnusable:
        return None


def _hints(given: Any) -> dict[str, bool]:
    if given is None:
        return {}
    hints = {
        "readOnlyHint": given.read_only_hint,
        "destructiveHint": given.destructive_hint,
        "idempotentHint": given.idempotent_hint,
        "openWorldHint": given.open_world_hint,
    }
    return {name: bool(value) for name, value in hints.items() if value is not None}


def prompt_of(given: Any) -> OfferedPrompt:
    """The SDK's prompt as ours."""
    arguments = tuple(
        PromptArgument(one.name[:200], (one.description or "")[:500], bool(one.required))
        for one in (given.arguments or ())[:20]
    )
    title = (" ".join((given.title or "").split()) or in_words(given.name))[:LONGEST_TITLE]
    return OfferedPrompt(given.name, title, (given.description or "")[:1000], arguments)
