"""How the OpenAPI schema names what the views declare."""

from inspect import cleandoc
from typing import Any

from drf_spectacular.openapi import AutoSchema


class HouseSchema(AutoSchema):
    """Nested serializers carry their view's name: `AssistantList.Input` becomes `AssistantListInput`."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """The component's name."""
        return str(type(serializer).__qualname__).replace(".", "")

    def get_description(self) -> str:  # type: ignore[override]
        """What the method, or the view itself, says; not what it inherits."""
        own = type(self.view).__dict__
        said = getattr(own.get(self.method.lower()), "__doc__", None) or own.get("__doc__")
        return cleandoc(said) if said else ""
