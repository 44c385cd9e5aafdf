"""Sources: listed, added, described, looked at again and removed."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.bulk_change import Change
from assistants.knowledge.actions.describe_source import Description, describe_source
from assistants.knowledge.actions.remove_source import remove_source
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.retry_source import retry_source
from assistants.knowledge.actions.share_source import share_source
from assistants.knowledge.actions.sync_source import sync_source
from assistants.knowledge.actions.unshare_source import unshare_source
from assistants.knowledge.api.base import SourceSetView
from assistants.knowledge.files import check_file, check_request_size
from assistants.knowledge.listing import Filter, listed_sources
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.overview import tags_in_use
from assistants.knowledge.pairs import ANSWER, QUESTION
from assistants.knowledge.presentation import SourceOutput
from assistants.knowledge.queries import source_rows
from assistants.knowledge.sharing import access_shared
from assistants.knowledge.source_kinds import kinds
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.api.base import StrictSerializer

SHARED = "shared"
_SET = ("name", "metadata", "showing", "sync_every")
_FILTERS = [
    OpenApiParameter(name, OpenApiTypes.STR, description=words)
    for name, words in (
        ("tag", "Only sources with this tag."),
        ("type", "Only sources of this kind."),
        ("state", "A state of documents, or `working` for all that are not through."),
        ("parent", "What this website or archive holds, instead of what stands in no other."),
        ("search", "Words of names and addresses."),
    )
]


class SharedInput(StrictSerializer):
    """A source of another assistant of the organisation."""

    type = serializers.ChoiceField(choices=[SHARED])
    source = serializers.CharField(max_length=48)  # type: ignore[assignment]


class FilesInput(serializers.Serializer[Any]):
    file = serializers.ListField(child=serializers.FileField())


def _inputs() -> dict[str, Any]:
    written = {name: kind.input for name, kind in kinds().items() if name != Source.Type.FILE}
    return {**written, SHARED: SharedInput}


class SourceListView(SourceSetView):
    """The sources of an assistant's draft."""

    parser_classes = (JSONParser, MultiPartParser)

    class Output(SourceOutput):
        pass

    @extend_schema(responses=SourceOutput(many=True), parameters=_FILTERS)
    def get(self, request: Request, assistant_id: str) -> Response:
        """List the sources, newest first: the assistant's own, and those that it shares with others."""
        source_set = self.source_set(assistant_id, edit=False)
        wanted = Filter.of(request.query_params)
        return self.source_page(request, source_set, listed_sources(source_set, wanted))

    @extend_schema(
        request={
            "multipart/form-data": FilesInput,
            "application/json": PolymorphicProxySerializer(
                component_name="NewSource", serializers=_inputs, resource_type_field_name="type"
            ),
        },
        responses={201: SourceOutput},
    )
    def post(self, request: Request, assistant_id: str) -> Response:
        """Add files (multipart `file`, repeatable), or a text, questions with answers, a web page, a website or a source to be shared.

        Answers with the source; several files are answered by the first one's fields with all of them in `results`.
        201 where something was added, 200 where everything was there already.
        """
        check_request_size(request.META, self.actor)
        source_set = self.find_set(assistant_id)
        if (request.content_type or "").startswith("multipart/"):
            return self._added(source_set, self._add_files(source_set, request), several=True)
        inputs = _inputs()
        kind = request.data.get("type") if isinstance(request.data, dict) else None
        if not isinstance(kind, str) or kind not in inputs:
            words = _("Say one of %(kinds)s here, or send files as multipart.")
            raise InvalidInput.on("type", "invalid_choice", words % {"kinds": ", ".join(inputs)})
        given = self.read_input(request, inputs[kind])
        if kind == SHARED:
            added = share_source(actor=self.actor, source_set=source_set, source_id=given["source"])
        else:
            added = kinds()[kind].add(self.actor, source_set, given)
        return self._added(source_set, [added])

    def _add_files(self, source_set: SourceSet, request: Request) -> list[Added]:
        files = uploaded_files(request)
        # All of them are looked at before the first is stored: nothing half done.
        for file in files:
            check_file(self.actor, file, file.name or "")
        return [
            add_file(actor=self.actor, source_set=source_set, upload=file, name=file.name or "")
            for file in files
        ]

    def _added(self, source_set: SourceSet, added: list[Added], *, several: bool = False) -> Response:
        with tenant_scope(self.actor.organisation):
            shown = [
                self.shown(source_set, access_shared(source_set, one.source.public_id), one.note)
                for one in added
            ]
        fresh = any(not one.note for one in added)
        body = shown[0] | {"results": shown} if several else shown[0]
        return Response(body, status=status.HTTP_201_CREATED if fresh else status.HTTP_200_OK)


def uploaded_files(request: Request) -> "list[UploadedFile[Any]]":
    """The files of a multipart request.

    Raises:
        InvalidInput: there are none, or other fields came along.
    """
    unknown = sorted((set(request.data) | set(request.FILES)) - {"file", "csrfmiddlewaretoken"})
    if unknown:
        raise InvalidInput.on(unknown[0], "unknown_field", _("There is no such field."))
    files: list[UploadedFile[Any]] = request.FILES.getlist("file")
    if not files:
        raise InvalidInput.on("file", "required", _("Choose at least one file."))
    return files


class PairFields(StrictSerializer):
    question = serializers.CharField(max_length=QUESTION)
    answer = serializers.CharField(max_length=ANSWER)


class DescriptionInput(StrictSerializer):
    """What is left out stays as it is. `groups` holds ids: only they may be answered from it; an empty list is for everybody."""

    name = serializers.CharField(max_length=255, required=False)
    tags = serializers.ListField(child=serializers.CharField(), max_length=100, required=False)
    metadata = serializers.DictField(child=serializers.JSONField(), required=False)
    showing = serializers.ChoiceField(choices=Source.Showing.choices, required=False)
    groups = serializers.ListField(child=serializers.CharField(max_length=48), max_length=100, required=False)
    sync_every = serializers.ChoiceField(choices=Source.Rhythm.choices, allow_blank=True, required=False)
    settings = serializers.DictField(required=False)
    pairs = PairFields(many=True, required=False)

    def validate_metadata(self, value: dict[str, Any]) -> dict[str, Any]:
        for one in value.values():
            if not isinstance(one, str | int | float) or isinstance(one, bool):
                raise serializers.ValidationError(_("Give each name a short text or a number."))
        return value


class SourceDetailView(SourceSetView):
    """One source."""

    parser_classes = (MultiPartParser, JSONParser)

    @extend_schema(responses=SourceOutput)
    def get(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """How a source stands."""
        source_set = self.source_set(assistant_id, edit=False)
        return Response(self.shown(source_set, access_shared(source_set, source_id)))

    @extend_schema(request={"multipart/form-data": FilesInput}, responses=SourceOutput)
    def put(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Replace a source's content with another file. The old one answers until the new one can be searched."""
        check_request_size(request.META, self.actor)
        source_set = self.find_set(assistant_id)
        file = uploaded_files(request)[0]
        replace_file(
            actor=self.actor, source_set=source_set, source_id=source_id, upload=file, name=file.name or ""
        )
        return self.answer(source_set, source_id)

    @extend_schema(request=DescriptionInput, responses=SourceOutput)
    def patch(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Change what is set about a source, or its questions and answers."""
        source_set = self.find_set(assistant_id)
        given = self.read_input(request, DescriptionInput)
        about = {name: given[name] for name in _SET if name in given}
        about |= {name: tuple(given[name]) for name in ("tags", "groups") if name in given}
        description = Description(Change(**about), given.get("settings"), given.get("pairs"))
        describe_source(actor=self.actor, source_set=source_set, source_id=source_id, description=description)
        return self.answer(source_set, source_id)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Remove a source from the draft; published versions keep what they were published with.

        One that is shared stays where it comes from.
        """
        source_set = self.find_set(assistant_id)
        with tenant_scope(self.actor.organisation):
            elsewhere = access_shared(source_set, source_id).source_set_id != source_set.pk
        end = unshare_source if elsewhere else remove_source
        end(actor=self.actor, source_set=source_set, source_id=source_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SourceRetryView(SourceSetView):
    """Trying a failed source again."""

    @extend_schema(request=None, responses={202: SourceOutput})
    def post(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Queue a failed source again."""
        source_set = self.find_set(assistant_id)
        retry_source(actor=self.actor, source_set=source_set, source_id=source_id)
        return self.answer(source_set, source_id, status=status.HTTP_202_ACCEPTED)


class SourceSyncView(SourceSetView):
    """Looking at a source's origin."""

    @extend_schema(request=None, responses={202: SourceOutput})
    def post(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Look at the origin of a web page or a website now; only what changed is read and embedded again."""
        source_set = self.find_set(assistant_id)
        sync_source(actor=self.actor, source_set=source_set, source_id=source_id)
        return self.answer(source_set, source_id, status=status.HTTP_202_ACCEPTED)


class SourceChildrenView(SourceSetView):
    """What a source holds."""

    @extend_schema(responses=SourceOutput(many=True))
    def get(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """The pages of a website, or the files of an archive, in the order of their names."""
        source_set = self.source_set(assistant_id, edit=False)
        parent = access_shared(source_set, source_id)
        home = source_set if parent.source_set_id == source_set.pk else parent.source_set
        rows = source_rows(home).filter(parent=parent)
        return self.source_page(request, source_set, rows, order=("name", "id"))


class TagsOutput(serializers.Serializer[Any]):
    tags = serializers.ListField(child=serializers.CharField())


class TagListView(SourceSetView):
    """Tags in use."""

    @extend_schema(responses=TagsOutput)
    def get(self, request: Request, assistant_id: str) -> Response:
        """The tags of the assistant's sources, in the order of the alphabet."""
        return Response({"tags": tags_in_use(self.source_set(assistant_id, edit=False))})
