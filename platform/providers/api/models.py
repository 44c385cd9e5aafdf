"""The catalogue of models, for machines."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import InvalidInput
from organisations.api.base import OrganisationAPIView, limit_of
from organisations.permissions import Permission
from providers.catalogue import ModelInfo, list_models

KINDS = ("chat", "embedding", "image")


class PriceOutput(serializers.Serializer[Any]):
    """Micro-units of the currency for a million tokens; `per_image` for one picture that is made, beside them."""

    currency = serializers.CharField()
    input_per_million = serializers.IntegerField()
    output_per_million = serializers.IntegerField()
    per_image = serializers.IntegerField()


class ModelOutput(serializers.Serializer[Any]):
    """A model; `prices` is null where nobody knows them, `host` empty where it runs on this server.

    `own` ones are called with the organisation's own key. `aliases` are other names for it, good wherever an id is.
    """

    id = serializers.CharField()
    name = serializers.CharField()
    provider = serializers.CharField()
    provider_name = serializers.CharField()
    host = serializers.CharField()
    region = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    capabilities = serializers.DictField(child=serializers.BooleanField())
    context = serializers.IntegerField(source="context_window", allow_null=True)  # type: ignore[assignment]
    max_output = serializers.IntegerField(allow_null=True)
    prices = PriceOutput(source="price", allow_null=True)
    released_on = serializers.DateField(allow_null=True)
    shutdown_on = serializers.DateField(allow_null=True)
    replacement = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    own = serializers.BooleanField()


class ModelList(OrganisationAPIView):
    """The models that assistants may use."""

    permission = Permission.USE_ASSISTANTS

    @extend_schema(
        operation_id="models_list",
        tags=["Models"],
        parameters=[
            OpenApiParameter(
                "kind", OpenApiTypes.STR, enum=KINDS, description="chat, unless you ask for another"
            ),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
        responses=inline_serializer(
            "ModelPage",
            {
                "results": ModelOutput(many=True),
                "next": serializers.CharField(allow_null=True),
                "previous": serializers.CharField(allow_null=True),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        """List them, the default's provider first."""
        kind = request.query_params.get("kind", "chat")
        if kind not in KINDS:
            raise InvalidInput.on("kind", "invalid_choice", _("The kind is chat, embedding or image."))
        models = list_models(kind, organisation=self.actor.organisation)
        limit = limit_of(request)
        start = _start(models, request.query_params.get("cursor"))
        return Response(
            {
                "results": ModelOutput(models[start : start + limit], many=True).data,
                "next": models[start + limit].id if start + limit < len(models) else None,
                "previous": models[max(0, start - limit)].id if start else None,
            }
        )


def _start(models: list[ModelInfo], cursor: str | None) -> int:
    """Where the page begins whose first model the cursor names."""
    if cursor is None:
        return 0
    for index, model in enumerate(models):
        if model.id == cursor:
            return index
    raise InvalidInput.on(
        "cursor", "invalid_cursor", _("This cursor leads nowhere. Start from the first page.")
    )
