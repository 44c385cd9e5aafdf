"""How the OpenAPI schema names what the views declare."""

from typing import Any

from drf_spectacular.openapi import AutoSchema


class HouseSchema(AutoSchema):
    """Nested serializers carry their view's name: `AssistantList.Input` becomes `AssistantListInput`."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """The component's name."""
        return str(type(serializer).__qualname__).replace(".", "")
