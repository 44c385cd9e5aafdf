"""A source as people and machines see it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from assistants.knowledge.failures import failure_message
from assistants.knowledge.models import Document, Source


class ProgressOutput(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    unit = serializers.CharField()


class FailureOutput(serializers.Serializer[Any]):
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
        return _("Reading page %(done)s of %(total)s") % {"done": document.done, "total": document.total}
    return _("Reading") if document.state == state.PARSING else _("Waiting for its turn")


def _ready(document: Document) -> str:
    passages = ngettext("%(count)s passage", "%(count)s passages", document.passages) % {
        "count": document.passages
    }
    if document.pages is None:
        return _("Ready: %(passages)s") % {"passages": passages}
    pages = ngettext("%(count)s page", "%(count)s pages", document.pages) % {"count": document.pages}
    return _("Ready: %(passages)s from %(pages)s") % {"passages": passages, "pages": pages}
