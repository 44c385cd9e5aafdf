"""REST over the model that embeds a set, and how much knowledge there is room for. Whoever owns sets says which is meant."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.knowledge.actions.start_reembedding import start_reembedding
from assistants.knowledge.actions.stop_reembedding import stop_reembedding
from assistants.knowledge.failures import failure_message
from assistants.knowledge.models import SourceSet
from assistants.knowledge.reembedding import Next, embedding_state, estimate
from assistants.knowledge.room import knowledge_room
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from providers.catalogue import list_models


class EmbeddingInput(StrictSerializer):
    model = serializers.CharField(max_length=120)


class EmbeddingFailure(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class NextOutput(serializers.Serializer[Any]):
    """The model that is taking over; `error` where it stands still until the next attempt. `cost` so far in micro-units."""

    model = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    cost = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    error = EmbeddingFailure(allow_null=True)


class ChoiceOutput(serializers.Serializer[Any]):
    """A model that could embed the sources, and what that would take; `cost` in micro-units."""

    id = serializers.CharField()
    name = serializers.CharField()
    passages = serializers.IntegerField()
    tokens = serializers.IntegerField()
    cost = serializers.IntegerField()


class EmbeddingOutput(serializers.Serializer[Any]):
    """`model` answers now; null before the first document is embedded."""

    model = serializers.CharField(allow_null=True)
    passages = serializers.IntegerField()
    currency = serializers.CharField()
    next = NextOutput(allow_null=True)
    models = ChoiceOutput(many=True)


class EmbeddingView(OrganisationAPIView):
    """The model that embeds an assistant's sources."""

    permission = Permission.BUILD_ASSISTANTS

    def source_set(self, assistant_id: str, *, edit: bool) -> SourceSet:
        """The set that an address means; called in the organisation's scope.

        Raises:
            NotFound: the organisation has no such assistant.
        """
        raise TypeError(f"{type(self).__name__} does not say whose sources it means")

    @extend_schema(responses=EmbeddingOutput)
    def get(self, request: Request, assistant_id: str) -> Response:
        """Which model answers, which one is taking over, and what each of the others would take."""
        return Response(embedding_json(self.source_set(assistant_id, edit=False)))

    @extend_schema(request=EmbeddingInput, responses={202: EmbeddingOutput})
    def post(self, request: Request, assistant_id: str) -> Response:
        """Let another model embed the sources, in the background; the present one answers until all of it is there."""
        given = self.read_input(request, EmbeddingInput)
        source_set = self._found(assistant_id)
        start_reembedding(actor=self.actor, source_set=source_set, model=given["model"])
        return self._answer(source_set, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=EmbeddingOutput)
    def delete(self, request: Request, assistant_id: str) -> Response:
        """Stop the model that is taking over: the present one goes on answering."""
        source_set = self._found(assistant_id)
        stop_reembedding(actor=self.actor, source_set=source_set)
        return self._answer(source_set, status.HTTP_200_OK)

    def _found(self, assistant_id: str) -> SourceSet:
        with tenant_scope(self.actor.organisation):
            return self.source_set(assistant_id, edit=True)

    def _answer(self, source_set: SourceSet, code: int) -> Response:
        with tenant_scope(self.actor.organisation):
            return Response(embedding_json(source_set), status=code)


def embedding_json(source_set: SourceSet) -> dict[str, Any]:
    """How a set stands, as JSON values, inside its scope."""
    state = embedding_state(source_set)
    return {
        "model": state.model or None,
        "passages": state.passages,
        "currency": settings.CURRENCY,
        "next": _next_json(state.next),
        "models": [
            _choice_json(source_set, model.id, model.name)
            for model in list_models("embedding", organisation=source_set.organisation_id)
            if not model.own
        ],
    }


def _next_json(following: Next | None) -> dict[str, Any] | None:
    if following is None:
        return None
    code = following.error_code
    return {
        "model": following.model,
        "done": following.done,
        "total": following.total,
        "cost": following.cost,
        "started_at": following.started_at.isoformat().replace("+00:00", "Z"),
        "error": {"code": code, "message": failure_message(code)} if code else None,
    }


def _choice_json(source_set: SourceSet, model: str, name: str) -> dict[str, Any]:
    taken = estimate(source_set, model)
    return {"id": model, "name": name, "passages": taken.passages, "tokens": taken.tokens, "cost": taken.cost}


class Amount(serializers.Serializer[Any]):
    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)


class RoomOutput(serializers.Serializer[Any]):
    """What the organisation keeps of what it may keep; a limit of null is none."""

    files = Amount()
    bytes = Amount()
    passages = Amount()


class KnowledgeRoomView(OrganisationAPIView):
    """How much knowledge the organisation keeps."""

    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(responses=RoomOutput)
    def get(self, request: Request) -> Response:
        """What is used of the plan's room for knowledge."""
        room = knowledge_room(self.actor.organisation)
        names = ("files", "bytes", "passages")
        return Response(
            {name: {"used": getattr(room, name), "limit": getattr(room.limits, name)} for name in names}
        )
