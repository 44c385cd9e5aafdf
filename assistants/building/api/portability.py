"""Assistants as files over REST."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from assistants.building.actions.import_assistants import import_assistants, report_of
from assistants.building.actions.import_draft import import_draft
from assistants.building.api.assistants import AssistantOutput, assistant_document
from assistants.building.api.drafts import IF_MATCH, wanted_revision
from assistants.building.importers import AUTO, FORMATS
from assistants.building.models import ImportReport
from assistants.building.portability.bundles import open_bundle
from assistants.building.portability.downloads import BOTTEGA, EXPORTS, exported
from assistants.building.queries import access_assistant, draft_of
from assistants.knowledge.files import check_request_size
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView
from organisations.downloads import download
from organisations.permissions import Level, Permission


class MappedOutput(serializers.Serializer[Any]):
    given = serializers.CharField(help_text="Where it stood.")
    field = serializers.CharField(help_text="Where it stands now.")


class MissingOutput(serializers.Serializer[Any]):
    given = serializers.CharField(help_text="Where it stood.")
    name = serializers.CharField()
    reason = serializers.CharField()
    text = serializers.CharField(help_text="The thing itself, word for word.")
    advice = serializers.CharField()


class ReportOutput(serializers.Serializer[ImportReport]):
    """What came over, and what did not."""

    format = serializers.CharField()
    mapped = MappedOutput(many=True)
    missing = MissingOutput(many=True)


class ImportedOutput(serializers.Serializer[Any]):
    """An assistant that was made from a file. `others` holds those that the file described beside it."""

    assistant = AssistantOutput()
    report = ReportOutput()
    others = serializers.ListField(child=serializers.DictField())


class PushedOutput(serializers.Serializer[Any]):
    """What changed in a draft: paths of fields, and names of sources."""

    revision = serializers.IntegerField()
    changed = serializers.ListField(child=serializers.CharField())
    added = serializers.ListField(child=serializers.CharField())
    replaced = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    kept = serializers.IntegerField()
    unpublished = serializers.BooleanField(help_text="Whether the live version says something else.")


class FileInput(serializers.Serializer[Any]):
    file = serializers.FileField()


class AssistantExport(OrganisationAPIView):
    """An assistant as a file."""

    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(
        operation_id="assistants_export",
        parameters=[
            OpenApiParameter("format", enum=list(EXPORTS), default=BOTTEGA),
            OpenApiParameter("version", int, description="A version's number; the draft without it."),
        ],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, assistant_id: str) -> HttpResponseBase:
        """Send `assistant.yaml` and its knowledge as a zip, always the same bytes for the same content."""
        assistant = access_assistant(self.actor, assistant_id, level=Level.VIEW)
        format_ = _choice(request, EXPORTS, BOTTEGA)
        name, chunks = exported(assistant, format=format_, version=_number(request))
        response = download(request._request, chunks, name=name, content_type="application/zip")
        response["ETag"] = draft_of(assistant).etag
        return response


class AssistantImport(OrganisationAPIView):
    """Bringing assistants along."""

    permission = Permission.BUILD_ASSISTANTS
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="assistants_import",
        parameters=[OpenApiParameter("format", enum=list(FORMATS), default=AUTO)],
        request={"multipart/form-data": FileInput},
        responses={201: ImportedOutput},
    )
    def post(self, request: Request) -> Response:
        """Make an assistant of a file: ours, or one that another product exported."""
        check_request_size(request.META, self.actor)
        format_ = _choice(request, FORMATS, AUTO)
        with open_bundle(one_file(request)) as bundle:
            reports = import_assistants(actor=self.actor, bundle=bundle, format=format_)
        with tenant_scope(self.actor.organisation):
            first, *others = [self._imported(report) for report in reports]
        return Response({**first, "others": others}, HTTP_201_CREATED)

    def _imported(self, report: ImportReport) -> dict[str, Any]:
        document = assistant_document(self.actor, report.assistant.public_id)
        return {"assistant": document, "report": ReportOutput(report).data}


class DraftImport(OrganisationAPIView):
    """Writing a draft from a file, and looking at what became of one."""

    permission = Permission.BUILD_ASSISTANTS
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="assistants_import_report", responses=ReportOutput)
    def get(self, request: Request, assistant_id: str) -> Response:
        """What came over when it was made from a file; 404 where it was not."""
        report = report_of(access_assistant(self.actor, assistant_id, level=Level.VIEW))
        if report is None:
            raise NotFound
        return Response(ReportOutput(report).data)

    @extend_schema(
        operation_id="assistants_draft_import",
        parameters=[IF_MATCH],
        request={"multipart/form-data": FileInput},
        responses=PushedOutput,
    )
    def put(self, request: Request, assistant_id: str) -> Response:
        """Put an exported file in the draft's place: its definition, and exactly its knowledge.

        Sources that are there already are left as they are. Nothing is published.
        """
        check_request_size(request.META, self.actor)
        revision = wanted_revision(request)
        with open_bundle(one_file(request)) as bundle:
            made = import_draft(actor=self.actor, assistant_id=assistant_id, bundle=bundle, revision=revision)
        return Response(PushedOutput(made).data, headers={"ETag": f'"{made.revision}"'})


def one_file(request: Request) -> "UploadedFile[Any]":
    """The one file of a multipart request.

    Raises:
        InvalidInput: there is none, or something else came along.
    """
    unknown = sorted((set(request.data) | set(request.FILES)) - {"file", "csrfmiddlewaretoken"})
    if unknown:
        raise InvalidInput.on(unknown[0], "unknown_field", _("There is no such field."))
    files: list[UploadedFile[Any]] = request.FILES.getlist("file")
    if len(files) != 1:
        raise InvalidInput.on("file", "required", _("Send exactly one file."))
    return files[0]


def _choice(request: Request, choices: Any, default: str) -> str:
    wanted = request.query_params.get("format", default)
    if wanted not in choices:
        message = _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)}
        raise InvalidInput.on("format", "not_a_choice", message)
    return wanted


def _number(request: Request) -> int | None:
    wanted = request.query_params.get("version")
    if wanted is None:
        return None
    if not (wanted.isascii() and wanted.isdigit() and 1 <= len(wanted) <= 9):
        raise InvalidInput.on("version", "invalid", _("This has to be a whole number."))
    return int(wanted)
