"""What an assistant may begin from: templates, and public assistants whose creators allow it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from assistants.building.actions.fork_assistant import fork_assistant
from assistants.building.actions.set_forkable import set_forkable
from assistants.building.api.assistants import AssistantOutput, PublicationOutput, assistant_document
from assistants.building.forking import left_to_do
from assistants.building.starting_points import StartingPoint, starting_points
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission


class TemplateOutput(serializers.Serializer[StartingPoint]):
    """A template; its `id` begins an assistant with POST /assistants."""

    id = serializers.CharField(source="slug")
    group = serializers.CharField()
    name = serializers.CharField()
    tagline = serializers.CharField()
    description = serializers.CharField()
    draft = serializers.JSONField()
    knowledge = serializers.ListField(child=serializers.CharField())
    questions = serializers.ListField(child=serializers.CharField())


class TemplatePage(serializers.Serializer[Any]):
    """All templates; there is never a second page."""

    results = TemplateOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class TemplateList(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(
        operation_id="templates_list",
        parameters=[OpenApiParameter("language", description="`en` or `zh-hans`; the request's by default.")],
        responses=TemplatePage,
    )
    def get(self, request: Request) -> Response:
        """List the templates that an assistant may begin from."""
        found: Any = starting_points(request.query_params.get("language", ""))
        return Response({"results": TemplateOutput(found, many=True).data, "next": None, "previous": None})


class ForkOutput(AssistantOutput):
    """The new assistant. `left_to_do`: what somebody has to see to before its actions work, in sentences."""

    left_to_do = serializers.ListField(child=serializers.CharField())


class AssistantFork(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(StrictSerializer):
        listing = serializers.CharField(max_length=80, help_text="The public name of what to begin from.")

    @extend_schema(request=Input, responses={201: ForkOutput})
    def post(self, request: Request) -> Response:
        """Begin an assistant from a public one whose creator allows it; its sources and credentials stay with its creator."""
        wanted = self.read_input(request, self.Input)
        made = fork_assistant(actor=self.actor, reference=wanted["listing"])
        with tenant_scope(self.actor.organisation):
            shown = assistant_document(self.actor, made.public_id)
            return Response(shown | {"left_to_do": left_to_do(self.actor, made)}, HTTP_201_CREATED)


class AssistantForking(OrganisationAPIView):
    permission = Permission.PUBLISH_ASSISTANTS

    class Input(StrictSerializer):
        allowed = serializers.BooleanField()

    @extend_schema(request=Input, responses=PublicationOutput)
    def put(self, request: Request, assistant_id: str) -> Response:
        """Say whether others may begin an assistant of their own from the live version."""
        wanted = self.read_input(request, self.Input)
        changed = set_forkable(actor=self.actor, assistant_id=assistant_id, **wanted)
        with tenant_scope(self.actor.organisation):
            return Response(PublicationOutput(changed).data)
