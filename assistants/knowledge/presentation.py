"""A source as people and machines see it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from assistants.knowledge.details import Details
from assistants.knowledge.failures import failure_message
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.freshness import freshness_of
from assistants.knowledge.models import Document, Source
from assistants.knowledge.warnings import warning_message

PLAIN = Details()


class ProgressOutput(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    unit = serializers.CharField()


class FailureOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class WarningOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class NamedOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class FreshnessOutput(serializers.Serializer[Any]):
    checked = serializers.DateTimeField(allow_null=True)
    changed = serializers.DateTimeField(allow_null=True)
    next = serializers.DateTimeField(allow_null=True)
    every = serializers.ChoiceField(choices=Source.Rhythm.choices)
    looking = serializers.BooleanField()
    error = FailureOutput(allow_null=True)


class ChildrenOutput(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    working = serializers.IntegerField()
    failed = serializers.IntegerField()


class SharedOutput(serializers.Serializer[Any]):
    """`assistant` is null where the caller may not look into the one that the source comes from."""

    assistant = NamedOutput(allow_null=True)


class SourceOutput(serializers.Serializer[Any]):
    """`state` is uploaded, parsing, embedding, ready or failed; once `searchable`, words find its passages."""

    id = serializers.CharField()
    type = serializers.ChoiceField(choices=Source.Type.choices)
    name = serializers.CharField()
    url = serializers.CharField(allow_null=True)
    document = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=Document.State.choices)
    searchable = serializers.BooleanField()
    progress = ProgressOutput()
    error = FailureOutput(allow_null=True)
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    pages = serializers.IntegerField(allow_null=True)
    page_kind = serializers.ChoiceField(choices=Document.PageKind.choices)
    warnings = WarningOutput(many=True)
    passages = serializers.IntegerField()
    characters = serializers.IntegerField()
    tokens = serializers.IntegerField()
    sha256 = serializers.CharField()
    cost = serializers.IntegerField(help_text="Of reading and embedding it, in millionths.")
    tags = serializers.ListField(child=serializers.CharField())
    metadata = serializers.DictField()
    showing = serializers.ChoiceField(choices=Source.Showing.choices)
    restricted = serializers.BooleanField()
    groups = NamedOutput(many=True)
    settings = serializers.DictField()
    freshness = FreshnessOutput()
    children = ChildrenOutput(allow_null=True)
    shared = SharedOutput(allow_null=True)
    reader = NamedOutput(allow_null=True, help_text="Whose account reads it at a service outside.")
    used_by = NamedOutput(many=True)
    used_by_others = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(required=False)

    def to_representation(self, instance: Source) -> dict[str, Any]:
        """The source with its newest document."""
        details: dict[int, Details] = self.context.get("details", {})
        return source_json(instance, details=details.get(instance.pk, PLAIN))


def source_json(source: Source, note: str = "", details: Details = PLAIN) -> dict[str, Any]:
    """The fields of INTERFACE.md, as JSON values.

    Args:
        details: what stands beside the source, from `assistants.knowledge.details`.
    """
    document = standing_of(source, details)
    shown: dict[str, Any] = {
        "id": source.public_id,
        "type": source.type,
        "name": source.name,
        "url": source.url or None,
        "document": document.public_id if source.document_id else None,
        "state": document.state,
        "searchable": document.searchable,
        "progress": {"done": document.done, "total": document.total, "unit": document.unit},
        "error": failure_of(document),
        "media_type": document.media_type,
        "size": document.size,
        "pages": document.pages,
        "page_kind": document.page_kind,
        "warnings": warnings_shown(document),
        "passages": document.passages,
        "characters": document.characters,
        "tokens": document.tokens,
        "cost": document.cost,
        "sha256": document.sha256,
        "tags": source.tags,
        "metadata": source.metadata,
        "showing": source.showing,
        "restricted": source.restricted,
        "groups": [{"id": group.public_id, "name": group.name} for group in details.groups],
        "settings": {name: value for name, value in source.settings.items() if not name.startswith("_")},
        "freshness": freshness_json(source),
        "children": _children(details),
        "shared": _shared(details),
        "reader": {"id": details.reader.public_id, "name": str(details.reader)} if details.reader else None,
        "used_by": [{"id": owner.id, "name": owner.name} for owner in details.users.known],
        "used_by_others": details.users.others,
        "created_at": _written(source.created_at),
        "ready_at": _written(document.finished_at) if document.state == Document.State.READY else None,
    }
    return shown | {"note": note} if note else shown


def standing_of(source: Source, details: Details = PLAIN) -> Document:
    """A source's newest document; for one that holds others and has none itself, how they stand together."""
    if source.document is not None:
        return source.document
    if not source.gathers:
        return Document(state=Document.State.FAILED, error_code="file_missing")
    sums = details.children
    counted = sums.count if sums else 0
    standing = Document(
        size=sums.size if sums else 0,
        pages=counted,
        passages=sums.passages if sums else 0,
        tokens=sums.tokens if sums else 0,
        cost=sums.cost if sums else 0,
        searchable=bool(sums and sums.passages),
        done=counted,
        total=counted,
        unit="pages" if source.type == Source.Type.SITE else "files",
        warnings=source.settings.get("_left_out", []),
        finished_at=source.synced_at,
    )
    if source.look_until is not None:
        standing.state = Document.State.PARSING if source.look else Document.State.UPLOADED
        standing.done, standing.total = details.visited or (0, 0)
    elif sums and sums.working:
        standing.state, standing.done = Document.State.PARSING, counted - sums.working
    elif counted:
        standing.state = Document.State.READY
    else:
        standing.state = Document.State.FAILED
        empty = "site_empty" if source.type == Source.Type.SITE else "origin_empty"
        standing.error_code = source.sync_error or empty
    return standing


def freshness_json(source: Source) -> dict[str, Any]:
    """When a source's origin was looked at, when its content came, and when it is looked at next."""
    fresh = freshness_of(source)
    error = {"code": fresh.error, "message": failure_message(fresh.error)} if fresh.error else None
    return {
        "checked": _written(fresh.checked),
        "changed": _written(fresh.changed),
        "next": _written(fresh.next),
        "every": fresh.every,
        "looking": fresh.looking,
        "error": error,
    }


def _children(details: Details) -> dict[str, int] | None:
    if details.children is None:
        return None
    return {name: getattr(details.children, name) for name in ("count", "working", "failed")}


def _shared(details: Details) -> dict[str, Any] | None:
    if not details.shared:
        return None
    origin = details.origin
    return {"assistant": {"id": origin.id, "name": origin.name} if origin else None}


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def failure_of(document: Document) -> dict[str, str] | None:
    """Code and sentence of a failure, or of what the embedding waits for, in the active language."""
    if document.state != Document.State.FAILED and not document.rests:
        return None
    return {"code": document.error_code, "message": failure_message(document.error_code)}


def sentence_of(document: Document) -> str:
    """How the work on a document stands, in one sentence."""
    state = Document.State
    if document.state == state.FAILED or document.rests:
        return failure_message(document.error_code)
    if document.state == state.EMBEDDING:
        counts = {"done": document.done, "total": document.total}
        return _("Embedding, %(done)s of %(total)s passages. Search by words works already.") % counts
    if document.state == state.READY:
        return _ready(document)
    if document.state == state.PARSING and document.total:
        return _reading(document)
    return _("Reading") if document.state == state.PARSING else _("Waiting for its turn")


def _reading(document: Document) -> str:
    counts = {"done": document.done, "total": document.total}
    if document.unit == "files" and document.format != "zip":
        return _("Reading file %(done)s of %(total)s") % counts
    if document.unit == "files":
        return _("Unpacking file %(done)s of %(total)s") % counts
    sentences = {
        Document.PageKind.SLIDE: _("Reading slide %(done)s of %(total)s"),
        Document.PageKind.SHEET: _("Reading sheet %(done)s of %(total)s"),
        Document.PageKind.CHAPTER: _("Reading chapter %(done)s of %(total)s"),
    }
    kind = BY_NAME[document.format].page_kind if document.format else Document.PageKind.PAGE
    return sentences.get(Document.PageKind(kind), _("Reading page %(done)s of %(total)s")) % counts


def _ready(document: Document) -> str:
    if document.format == "zip":
        files = ngettext("%(count)s file", "%(count)s files", document.total) % {"count": document.total}
        return _("Ready: %(files)s, each a source of its own") % {"files": files}
    passages = ngettext("%(count)s passage", "%(count)s passages", document.passages) % {
        "count": document.passages
    }
    if document.pages is None:
        return _("Ready: %(passages)s") % {"passages": passages}
    return _("Ready: %(passages)s from %(pages)s") % {"passages": passages, "pages": _pages(document)}


def _pages(document: Document) -> str:
    kind, count = Document.PageKind, document.pages or 0
    counted = {
        kind.SLIDE: ngettext("%(count)s slide", "%(count)s slides", count),
        kind.SHEET: ngettext("%(count)s sheet", "%(count)s sheets", count),
        kind.CHAPTER: ngettext("%(count)s chapter", "%(count)s chapters", count),
    }
    pages = ngettext("%(count)s page", "%(count)s pages", count)
    return counted.get(kind(document.page_kind), pages) % {"count": count}


def warnings_shown(document: Document) -> list[dict[str, str]]:
    """Code and sentence of what is odd about a document, in the active language."""
    return [{"code": one["code"], "message": warning_message(one)} for one in document.warnings]
