"""An assistant as an Agent Plugin 1.0: one skill, with its knowledge as references.

Agent Plugins Specification 1.0.0 for `plugin.json`, the Agent Skills specification for `SKILL.md`.
"""

from collections.abc import Iterator, Sequence

import orjson
import yaml
from django.core.files.storage import default_storage

from assistants.building.portability.assistant_file import FOLDER
from assistants.building.portability.contents import Contents
from assistants.building.portability.packing import Member, chunks_of, plain_name
from assistants.building.specification import Instructions, Specification

SCHEMA = "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"
DESCRIPTION = 1024


def plugin_members(contents: Contents, version: int | None) -> Iterator[Member]:
    """The members of the plugin, in the order of their names."""
    specification = contents.specification
    name = plain_name(specification.profile.name)
    folder = f"skills/{name}/"
    references = {
        f"{folder}references/{(carried.entry.file or '').removeprefix(FOLDER)}": carried.storage_key
        for carried in contents.documents
        if carried.entry.file
    }
    pages = [carried.entry.url for carried in contents.documents if carried.entry.url]
    yield "plugin.json", [_manifest(name, specification, version)]
    shown = [path.removeprefix(folder) for path in sorted(references)]
    yield f"{folder}SKILL.md", [_skill(name, specification, shown, pages).encode()]
    for path in sorted(references):
        yield path, chunks_of(default_storage.open(references[path]))


def _manifest(name: str, specification: Specification, version: int | None) -> bytes:
    manifest = {"$schema": SCHEMA, "name": name}
    if version is not None:
        manifest["version"] = f"{version}.0.0"
    if description := _description(specification):
        manifest["description"] = description
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _description(specification: Specification) -> str:
    profile = specification.profile
    parts = [part for part in (profile.tagline or profile.name, profile.description) if part]
    return " ".join(" ".join(parts).split())[:DESCRIPTION]


def _skill(name: str, specification: Specification, references: list[str], pages: list[str]) -> str:
    head = {"name": name, "description": _description(specification) or name}
    front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1_000_000)
    known = [f"[{path.rpartition('/')[2]}]({path})" for path in references] + [f"<{url}>" for url in pages]
    parts = [
        f"# {specification.profile.name or name}",
        *_told(specification.instructions),
        _section("Answers", _policy(specification) if known else ""),
        _section("References", _listed(known)),
        _section("Questions to begin with", _listed(specification.profile.starters)),
    ]
    return f"---\n{front}---\n\n" + "\n\n".join(filter(None, parts)) + "\n"


def _told(instructions: Instructions) -> list[str]:
    shown = [f"Question: {one.question}\n\nAnswer: {one.answer}" for one in instructions.examples]
    return [
        instructions.role.strip(),
        instructions.behaviour.strip(),
        _section("Never", _listed(instructions.must_never)),
        _section("Form of the answers", instructions.output_format.strip()),
        instructions.text.strip(),
        _section("Examples", "\n\n".join(shown)),
    ]


def _policy(specification: Specification) -> str:
    policy = specification.answer_policy
    sentence = f"Where they do not hold the answer, say: {policy.sentence}"
    return {
        "free": "Use the references below where they help.",
        "prefer": f"Answer from the references below wherever they help. {sentence}",
        "only": f"Answer only from the references below. {sentence}",
    }[policy.grounding]


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
