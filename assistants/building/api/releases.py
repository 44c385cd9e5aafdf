"""How one version follows another, over REST: at once, at a moment, or for a share of new conversations first."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_200_OK, HTTP_204_NO_CONTENT

from assistants.building.actions.end_rollout import promote_rollout, roll_back_rollout
from assistants.building.actions.release_version import release_version
from assistants.building.actions.schedule_release import cancel_scheduled_release, schedule_release
from assistants.building.actions.set_rollout import set_rollout
from assistants.building.comparison.compare import read_side
from assistants.building.figures import SideBySide, VersionFigures, figures_of_rollout
from assistants.building.models import Publication, Release, Rollout, ScheduledRelease
from assistants.building.queries import (
    access_assistant,
    open_rollout,
    publication_of,
    releases,
    waiting_release,
)
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.api.approvals import WaitingOutput, waiting_response
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Level, Permission


class VersionField(serializers.CharField):
    """A version's number, or `draft` for the next version, made of the draft now."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, help_text=self.__doc__, **options)


class MovesInput(StrictSerializer):
    moves_conversations = serializers.BooleanField(
        default=False, help_text="Whether running conversations go over to it; otherwise they keep theirs."
    )


class ReleaseOutput(serializers.Serializer[Release]):
    version = serializers.IntegerField(source="version.number")
    kind = serializers.ChoiceField(choices=Release.Kind.choices)
    moves_conversations = serializers.BooleanField()
    by = serializers.CharField(source="by_name")
    created_at = serializers.DateTimeField()


class ReleaseList(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(operation_id="assistants_releases_list", responses=ReleaseOutput(many=True))
    def get(self, request: Request, assistant_id: str) -> Response:
        """What was live when, the newest first."""
        return self.page_response(
            request, releases(_publication(self, assistant_id)), ReleaseOutput, order=("-id",)
        )


class VersionRelease(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(MovesInput):
        without_removed_actions = serializers.BooleanField(
            default=False,
            help_text="Whether it goes live without those of its actions that were removed since (`removed_actions` of the"
            " version); otherwise 409 `actions_removed` names them.",
        )

    @extend_schema(request=Input, responses={204: None, 202: WaitingOutput})
    def post(self, request: Request, assistant_id: str, number: int) -> Response:
        """Make an existing version the live one; 202 where a second person has to agree first."""
        values = self.read_input(request, self.Input)
        waiting = release_version(actor=self.actor, assistant_id=assistant_id, number=number, **values)
        return waiting_response(self, waiting) if waiting else Response(status=HTTP_204_NO_CONTENT)


class ScheduleOutput(serializers.Serializer[ScheduledRelease]):
    id = serializers.CharField(source="public_id")
    version = serializers.IntegerField(source="version.number")
    due_at = serializers.DateTimeField()
    moves_conversations = serializers.BooleanField()
    state = serializers.ChoiceField(choices=ScheduledRelease.State.choices)


class ScheduleDetail(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(MovesInput):
        version = VersionField()
        due_at = serializers.DateTimeField()
        note = serializers.CharField(max_length=1000, default="", allow_blank=True)

    @extend_schema(operation_id="assistants_schedule_retrieve", responses=ScheduleOutput)
    def get(self, request: Request, assistant_id: str) -> Response:
        """The version that goes live by itself; 404 where none does."""
        waiting = waiting_release(access_assistant(self.actor, assistant_id, level=Level.VIEW))
        if waiting is None:
            raise NotFound
        return Response(ScheduleOutput(waiting).data)

    @extend_schema(request=Input, responses=ScheduleOutput)
    def put(self, request: Request, assistant_id: str) -> Response:
        """Publish a version at a moment; one that waits already is replaced. All rules are looked at again then."""
        values = self.read_input(request, self.Input)
        version = read_side(values.pop("version"), "version")
        scheduled = schedule_release(actor=self.actor, assistant_id=assistant_id, version=version, **values)
        with tenant_scope(self.actor.organisation):
            return Response(ScheduleOutput(scheduled).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, assistant_id: str) -> Response:
        """Take it back."""
        cancel_scheduled_release(actor=self.actor, assistant_id=assistant_id)
        return Response(status=HTTP_204_NO_CONTENT)


class FiguresOutput(serializers.Serializer[VersionFigures]):
    version = serializers.IntegerField(source="number")
    conversations = serializers.IntegerField(source="opinions.conversations")
    answers = serializers.IntegerField(source="turns.turns")
    failed_share = serializers.FloatField(allow_null=True)
    stopped_share = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(source="turns.seconds", allow_null=True)
    thumbs_up = serializers.IntegerField(source="opinions.up")
    thumbs_down = serializers.IntegerField(source="opinions.down")
    supported_share = serializers.FloatField(
        allow_null=True, help_text="Of the answers that were held against their sources."
    )
    tokens_an_answer = serializers.FloatField(allow_null=True)
    cost_an_answer = serializers.IntegerField(allow_null=True, help_text="In micro-units of the currency.")
    currency = serializers.CharField(source="turns.currency")


class RolloutOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="rollout.public_id")
    version = serializers.IntegerField(source="rollout.candidate.number")
    share = serializers.IntegerField(source="rollout.share")
    started_at = serializers.DateTimeField(source="rollout.started_at")
    base = FiguresOutput(source="figures.base")
    candidate = FiguresOutput(source="figures.candidate")
    answers = serializers.ChoiceField(
        choices=["too_few", "alike", "better", "worse"],
        source="figures.answers",
        help_text="Whether the candidate's answers fail less often, as far as the counts can tell.",
    )
    opinions = serializers.ChoiceField(
        choices=["too_few", "alike", "better", "worse"],
        source="figures.opinions",
        help_text="Whether people like the candidate's answers more, as far as the counts can tell.",
    )


class RolloutDetail(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(StrictSerializer):
        version = VersionField()
        share = serializers.IntegerField(min_value=1, max_value=100)

    @extend_schema(operation_id="assistants_rollout_retrieve", responses=RolloutOutput)
    def get(self, request: Request, assistant_id: str) -> Response:
        """The roll-out that runs, both versions in figures; 404 where none does. Counts only, never content."""
        rollout = open_rollout(_publication(self, assistant_id))
        if rollout is None:
            raise NotFound
        return Response(_rollout_data(rollout, figures_of_rollout(rollout)))

    @extend_schema(request=Input, responses={200: RolloutOutput, 204: None, 202: WaitingOutput})
    def put(self, request: Request, assistant_id: str) -> Response:
        """Give a version to a share of new conversations, or change the share.

        100 makes it the live version (204). 202 where a second person has to agree first.
        """
        values = self.read_input(request, self.Input)
        version = read_side(values["version"], "version")
        waiting = set_rollout(
            actor=self.actor, assistant_id=assistant_id, version=version, share=values["share"]
        )
        if waiting:
            return waiting_response(self, waiting)
        with tenant_scope(self.actor.organisation):
            rollout = open_rollout(_publication(self, assistant_id))
            if rollout is None:
                return Response(status=HTTP_204_NO_CONTENT)
            return Response(_rollout_data(rollout, figures_of_rollout(rollout)), HTTP_200_OK)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, assistant_id: str) -> Response:
        """Roll back: the candidate's conversations go on with the live version."""
        roll_back_rollout(actor=self.actor, assistant_id=assistant_id)
        return Response(status=HTTP_204_NO_CONTENT)


class RolloutPromote(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(request=MovesInput, responses={204: None})
    def post(self, request: Request, assistant_id: str) -> Response:
        """Make the candidate the live version for everybody."""
        values = self.read_input(request, MovesInput)
        promote_rollout(actor=self.actor, assistant_id=assistant_id, **values)
        return Response(status=HTTP_204_NO_CONTENT)


def _publication(view: OrganisationAPIView, assistant_id: str) -> Publication:
    found = publication_of(access_assistant(view.actor, assistant_id, level=Level.VIEW))
    if found is None:
        raise NotFound
    return found


def _rollout_data(rollout: Rollout, figures: SideBySide) -> Any:
    return RolloutOutput({"rollout": rollout, "figures": figures}).data
