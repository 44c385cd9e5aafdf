"""What an assistant could share with others."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.knowledge.api.base import SourceSetView
from assistants.knowledge.models import Source
from assistants.knowledge.presentation import NamedOutput
from assistants.knowledge.sharing import origins, shareable
from kernel.pagination import paginate
from organisations.api.base import limit_of


class ShareableOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=Source.Type.choices)
    assistant = NamedOutput()


class ShareableView(SourceSetView):
    """Sources of other assistants."""

    @extend_schema(
        responses=ShareableOutput(many=True),
        parameters=[
            OpenApiParameter("search", OpenApiTypes.STR, description="Words of names and addresses.")
        ],
    )
    def get(self, request: Request, assistant_id: str) -> Response:
        """What the other assistants that you may look into know, and this one does not yet; newest first."""
        source_set = self.source_set(assistant_id, edit=False)
        rows = shareable(self.actor, source_set, request.query_params.get("search", ""))
        page = paginate(
            rows,
            cursor=request.query_params.get("cursor"),
            limit=limit_of(request),
            order=("-created_at", "-id"),
        )
        owners = origins(self.actor, source_set, page.results)
        shown = [_shown(source, owners[source.pk]) for source in page.results]
        return Response({"results": shown, "next": page.next, "previous": page.previous})


def _shown(source: Source, owner: Any) -> dict[str, Any]:
    return {
        "id": source.public_id,
        "name": source.name,
        "type": source.type,
        "assistant": {"id": owner.id, "name": owner.name},
    }
