"""Assistants over REST."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.restore_assistant import restore_assistant
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant, Publication
from assistants.building.queries import assistants
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission


class PublicationOutput(serializers.Serializer[Publication]):
    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Publication.Visibility.choices)
    state = serializers.ChoiceField(choices=Publication.State.choices)
    forkable = serializers.BooleanField()
    version = serializers.IntegerField(source="live_version.number")


class AssistantOutput(serializers.Serializer[Assistant]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    tagline = serializers.SerializerMethodField()
    description = serializers.SerializerMethodField()
    picture = serializers.SerializerMethodField()
    model = serializers.SerializerMethodField()
    draft_revision = serializers.IntegerField(source="draft.revision")
    publication = serializers.SerializerMethodField()
    origin = serializers.JSONField(
        allow_null=True, help_text="What it was made from: a template, a fork, an import; null otherwise."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_tagline(self, row: Assistant) -> str:
        return str(_profile(row).get("tagline", ""))

    def get_description(self, row: Assistant) -> str:
        return str(_profile(row).get("description", ""))

    def get_picture(self, row: Assistant) -> str:
        return str(_profile(row).get("picture", ""))

    def get_model(self, row: Assistant) -> str:
        return str(row.draft.specification.get("model", {}).get("id", ""))

    @extend_schema(responses=PublicationOutput)
    def get_publication(self, row: Assistant) -> dict[str, Any] | None:
        """Its published face; null before the first version."""
        publication = getattr(row, "publication", None)
        return dict(PublicationOutput(publication).data) if publication else None


def _profile(row: Assistant) -> dict[str, Any]:
    profile: dict[str, Any] = row.draft.specification.get("profile", {})
    return profile


def assistant_document(actor: Actor, assistant_id: str) -> dict[str, Any]:
    """An assistant in its public form; call inside the organisation's scope.

    Raises:
        NotFound: the organisation has no such assistant.
    """
    row = assistants(actor).filter(public_id=assistant_id).first()
    if row is None:
        raise NotFound
    return dict(AssistantOutput(row).data)


class AssistantList(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
        description = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)
        draft = serializers.DictField(required=False, default=dict)
        template = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)

    @extend_schema(
        operation_id="assistants_list",
        parameters=[OpenApiParameter("search"), OpenApiParameter("limit", int), OpenApiParameter("cursor")],
        responses=AssistantOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the organisation's assistants, the last changed first."""
        rows = assistants(self.actor, search=request.query_params.get("search", ""))
        return self.page_response(request, rows, AssistantOutput, order=("-updated_at", "-id"))

    @extend_schema(request=Input, responses={201: AssistantOutput})
    def post(self, request: Request) -> Response:
        """Create an assistant, empty or from a `template`; `draft` is merged over its first definition."""
        made = create_assistant(actor=self.actor, **self.read_input(request, self.Input))
        with tenant_scope(self.actor.organisation):
            return Response(assistant_document(self.actor, made.public_id), HTTP_201_CREATED)


class AssistantDetail(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80, required=False)
        tagline = serializers.CharField(max_length=120, required=False, allow_blank=True)
        description = serializers.CharField(max_length=4000, required=False, allow_blank=True)

    @extend_schema(operation_id="assistants_retrieve", responses=AssistantOutput)
    def get(self, request: Request, assistant_id: str) -> Response:
        """One assistant."""
        return Response(assistant_document(self.actor, assistant_id))

    @extend_schema(request=Input, responses=AssistantOutput)
    def patch(self, request: Request, assistant_id: str) -> Response:
        """Change its name or description in the draft."""
        patch = {"profile": self.read_input(request, self.Input)}
        update_draft(actor=self.actor, assistant_id=assistant_id, patch=patch)
        with tenant_scope(self.actor.organisation):
            return Response(assistant_document(self.actor, assistant_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, assistant_id: str) -> Response:
        """Put it into the bin for 30 days; nobody can use it from now on."""
        delete_assistant(actor=self.actor, assistant_id=assistant_id)
        return Response(status=HTTP_204_NO_CONTENT)


class AssistantRestore(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(request=None, responses=AssistantOutput)
    def post(self, request: Request, assistant_id: str) -> Response:
        """Take it out of the bin; its publication stays withdrawn."""
        restore_assistant(actor=self.actor, assistant_id=assistant_id)
        with tenant_scope(self.actor.organisation):
            return Response(assistant_document(self.actor, assistant_id))
