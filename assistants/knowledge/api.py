"""REST views over a source set. Whoever owns sets subclasses them and says which set an address means."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.add_text import add_text
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.remove_source import remove_source
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.retry_source import retry_source
from assistants.knowledge.files import check_file, check_request_size
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.presentation import SourceOutput, source_json
from assistants.knowledge.queries import access_source, source_rows
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission


class _SourceSetView(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    def source_set(self, assistant_id: str, *, edit: bool) -> SourceSet:
        """The set that an address means; called in the organisation's scope.

        Raises:
            NotFound: the organisation has no such assistant.
        """
        raise TypeError(f"{type(self).__name__} does not say whose sources it shows")

    def find_set(self, assistant_id: str) -> SourceSet:
        """The set, for a method that changes it."""
        with tenant_scope(self.actor.organisation):
            return self.source_set(assistant_id, edit=True)

    def answer(self, source_set: SourceSet, source_id: str, *, status: int = 200, note: str = "") -> Response:
        """A source as it is now."""
        with tenant_scope(self.actor.organisation):
            return Response(source_json(access_source(source_set, source_id), note), status=status)


class TextInput(StrictSerializer):
    type = serializers.ChoiceField(choices=["text"])
    title = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    text = serializers.CharField(trim_whitespace=False)


class UrlInput(StrictSerializer):
    type = serializers.ChoiceField(choices=["url"])
    url = serializers.CharField(max_length=2000)


class FilesInput(serializers.Serializer[Any]):
    file = serializers.ListField(child=serializers.FileField())


class SourceListView(_SourceSetView):
    """The sources of an assistant's draft."""

    parser_classes = (JSONParser, MultiPartParser)

    class Output(SourceOutput):
        pass

    @extend_schema(responses=SourceOutput(many=True))
    def get(self, request: Request, assistant_id: str) -> Response:
        """List the sources, newest first."""
        return self.page_response(
            request, source_rows(self.source_set(assistant_id, edit=False)), SourceOutput
        )

    @extend_schema(
        request={
            "multipart/form-data": FilesInput,
            "application/json": PolymorphicProxySerializer(
                component_name="NewSource",
                serializers={"text": TextInput, "url": UrlInput},
                resource_type_field_name="type",
            ),
        },
        responses={201: SourceOutput},
    )
    def post(self, request: Request, assistant_id: str) -> Response:
        """Add files (multipart `file`, repeatable), a text or a web page.

        Answers with the source; several files are answered by the first one's fields with all of them in `results`.
        201 where something was added, 200 where everything was there already.
        """
        check_request_size(request.META, self.actor)
        source_set = self.find_set(assistant_id)
        if (request.content_type or "").startswith("multipart/"):
            return self._added(self._add_files(source_set, request), several=True)
        kinds: dict[Any, Any] = {"text": self._add_text, "url": self._add_url}
        kind = request.data.get("type") if isinstance(request.data, dict) else None
        if kind not in kinds:
            raise InvalidInput.on(
                "type", "invalid_choice", _("Say text or url here, or send files as multipart.")
            )
        return self._added([kinds[kind](source_set, request)])

    def _add_files(self, source_set: SourceSet, request: Request) -> list[Added]:
        files = uploaded_files(request)
        # All of them are looked at before the first is stored: nothing half done.
        for file in files:
            check_file(self.actor, file, file.name or "")
        return [
            add_file(actor=self.actor, source_set=source_set, upload=file, name=file.name or "")
            for file in files
        ]

    def _add_text(self, source_set: SourceSet, request: Request) -> Added:
        given = self.read_input(request, TextInput)
        return add_text(actor=self.actor, source_set=source_set, title=given["title"], text=given["text"])

    def _add_url(self, source_set: SourceSet, request: Request) -> Added:
        return add_url(actor=self.actor, source_set=source_set, url=self.read_input(request, UrlInput)["url"])

    def _added(self, added: list[Added], *, several: bool = False) -> Response:
        with tenant_scope(self.actor.organisation):
            shown = [source_json(_fresh(one.source), one.note) for one in added]
        fresh = any(not one.note for one in added)
        body = shown[0] | {"results": shown} if several else shown[0]
        return Response(body, status=status.HTTP_201_CREATED if fresh else status.HTTP_200_OK)


def _fresh(source: Source) -> Source:
    return access_source(source.source_set, source.public_id)


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


class SourceDetailView(_SourceSetView):
    """One source."""

    parser_classes = (MultiPartParser, JSONParser)

    @extend_schema(responses=SourceOutput)
    def get(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """How a source stands."""
        return Response(source_json(access_source(self.source_set(assistant_id, edit=False), source_id)))

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

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Remove a source from the draft; published versions keep what they were published with."""
        remove_source(actor=self.actor, source_set=self.find_set(assistant_id), source_id=source_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SourceRetryView(_SourceSetView):
    """Trying a failed source again."""

    @extend_schema(request=None, responses={202: SourceOutput})
    def post(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Queue a failed source again."""
        source_set = self.find_set(assistant_id)
        retry_source(actor=self.actor, source_set=source_set, source_id=source_id)
        return self.answer(source_set, source_id, status=status.HTTP_202_ACCEPTED)
