"""A source as people and machines see it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from assistants.knowledge.failures import failure_message
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.models import Document, Source
from assistants.knowledge.warnings import warning_message


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
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(required=False)

    def to_representation(self, instance: Source) -> dict[str, Any]:
        """The source with its newest document."""
        return source_json(instance)


def source_json(source: Source, note: str = "") -> dict[str, Any]:
    """The fields of INTERFACE.md, as JSON values."""
    document = source.document or Document(state=Document.State.FAILED, error_code="file_missing")
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
        "sha256": document.sha256,
        "created_at": source.created_at.isoformat().replace("+00:00", "Z"),
        "ready_at": _time(document),
    }
    return shown | {"note": note} if note else shown


def _time(document: Document) -> str | None:
    ready = document.finished_at if document.state == Document.State.READY else None
    return ready.isoformat().replace("+00:00", "Z") if ready else None


def failure_of(document: Document) -> dict[str, str] | None:
    """Code and sentence of a failure, in the active language."""
    if document.state != Document.State.FAILED:
        return None
    return {"code": document.error_code, "message": failure_message(document.error_code)}


def sentence_of(document: Document) -> str:
    """How the work on a document stands, in one sentence."""
    state = Document.State
    if document.state == state.FAILED:
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
