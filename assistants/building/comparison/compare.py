"""Hold two definitions, with their knowledge, beside each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.queries import present_revisions
from assistants.building.comparison.documents import compare_documents
from assistants.building.comparison.lists import compare_lists
from assistants.building.comparison.results import (
    Comparison,
    DisclosureChange,
    FieldChange,
    ListChange,
    Side,
    TextChange,
    ValueChange,
)
from assistants.building.comparison.words import compare_texts
from assistants.building.disclosures import derive_disclosure, in_words
from assistants.building.models import Assistant, Version
from assistants.building.queries import access_version, draft_of, specification_of
from assistants.building.specification import Specification, content_hash
from assistants.knowledge.queries import contents_of, manifest
from kernel.errors import InvalidInput

DRAFT = "draft"
# Texts that are one of a few, or names of something else: shown whole.
WHOLE = frozenset(
    {
        "profile.picture",
        "model.id",
        "model.fallback",
        "answer_policy.grounding",
        "answer_policy.language",
        "language",
    }
)


LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class Definition:
    """One side of a comparison as it is stored."""

    side: Side
    organisation_id: int
    specification: Specification
    documents: Sequence[int]
    revisions: Mapping[str, str]


def read_side(value: str, field: str) -> int | None:
    """The number of a version that was asked for; None for the draft.

    Raises:
        InvalidInput: it is neither a number nor `draft`.
    """
    if value == DRAFT:
        return None
    if not (value.isascii() and value.isdigit() and 0 < int(value[:12]) <= LARGEST_NUMBER):
        message = _("Give a version's number, or “draft”.")
        raise InvalidInput.on(field, "not_a_version", message)
    return int(value)


def definition_of_version(version: Version) -> Definition:
    """A version as one side."""
    side = Side(
        number=version.number,
        content_hash=version.content_hash,
        author=version.author_name,
        note=version.note,
    )
    return Definition(
        side, version.organisation_id, specification_of(version), version.manifest, version.revisions
    )


def definition_of_draft(assistant: Assistant) -> Definition:
    """The draft with its present sources as one side."""
    specification, documents = specification_of(draft_of(assistant)), manifest(assistant.source_set)
    contents = contents_of(assistant.organisation_id, documents)
    revisions = present_revisions(assistant.organisation_id, [use.id for use in specification.actions])
    hashed = content_hash(specification, contents, revisions.values())
    side = Side(number=None, content_hash=hashed, author="", note="")
    return Definition(side, assistant.organisation_id, specification, documents, revisions)


def compare_versions(assistant: Assistant, before: int | None, after: int | None) -> Comparison:
    """Compare two versions by their numbers; None is the draft. Call inside the organisation's scope.

    Raises:
        NotFound: the assistant has no such version.
    """
    return compare(*(_side(assistant, number) for number in (before, after)))


def _side(assistant: Assistant, number: int | None) -> Definition:
    if number is None:
        return definition_of_draft(assistant)
    return definition_of_version(access_version(assistant, number))


def compare(before: Definition, after: Definition) -> Comparison:
    """Everything in which two definitions differ."""
    fields = tuple(_fields(before.specification.document(), after.specification.document()))
    knowledge = compare_documents(before.organisation_id, before.documents, after.documents)
    old, new = _told(before), _told(after)
    return Comparison(
        before=before.side,
        after=after.side,
        identical=not fields and not knowledge.documents,
        fields=fields,
        knowledge=knowledge,
        disclosures=tuple(_disclosures(in_words(old), in_words(new))),
        discloses_more=_tells_more(old, new),
    )


def _told(definition: Definition) -> dict[str, Any]:
    return derive_disclosure(
        definition.specification,
        organisation=definition.organisation_id,
        revisions=definition.revisions,
    )


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for path in new | old:
        if old.get(path) != new.get(path):
            yield _change(path, old.get(path), new.get(path))


def _leaves(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _change(path: str, before: Any, after: Any) -> FieldChange:
    if isinstance(before, list) or isinstance(after, list):
        return ListChange(path=path, items=compare_lists(_entries(before), _entries(after)))
    texts = isinstance(before, str | None) and isinstance(after, str | None)
    if texts and path not in WHOLE:
        return TextChange(path=path, spans=compare_texts(before or "", after or ""))
    return ValueChange(path=path, before=before, after=after)


def _entries(values: Sequence[Any] | None) -> list[str]:
    return [_entry(value) for value in values or ()]


def _entry(value: Any) -> str:
    """An entry as one text: an example is its question and answer, an action its id and operations."""
    if not isinstance(value, Mapping):
        return str(value)
    parts = (part if isinstance(part, list) else [part] for part in value.values())
    return "\n".join(str(line) for lines in parts for line in lines)


def _disclosures(
    before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]
) -> Iterator[DisclosureChange]:
    for part in after:
        old, new = before.get(part, ()), after[part]
        added, removed = [line for line in new if line not in old], [line for line in old if line not in new]
        if added or removed:
            yield DisclosureChange(part=part, added=added, removed=removed)


def _tells_more(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return not (_reach(after) <= _reach(before))


def _reach(disclosure: Mapping[str, Any]) -> set[str]:
    hosts = {f"host {host['host']}" for host in disclosure.get("hosts", ())}
    hosts |= {f"writes to {host['host']}" for host in disclosure.get("hosts", ()) if host.get("writes")}
    models = {f"model {model['host']}" for model in disclosure.get("models", ()) if model.get("host")}
    stored = {f"stored {item['what']} {item['where']}" for item in disclosure.get("stored", ())}
    return hosts | models | stored | {f"seen by {who}" for who in disclosure.get("visible_to", ())}
