"""What the views over an assistant's actions stand on."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assistants.actions.models import Action
from assistants.actions.presentation import whole_json
from assistants.actions.queries import access_action
from assistants.actions.reading import MOST_BYTES
from assistants.connections.auth_settings import AuthSettings, read_settings
from kernel.errors import FieldError, InvalidInput
from kernel.parsers import JsonParser
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView
from organisations.permissions import Permission

TAG = "Actions"


class DocumentParser(JsonParser):
    """JSON that may hold a document of 10 MB as a text, in which every other character is escaped."""

    limit = 2 * MOST_BYTES + 64 * 1024


class AnyObject(serializers.DictField):
    """A JSON object; what it may hold is checked elsewhere."""

    child = serializers.JSONField(allow_null=True)


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {}}]})
class TextOrObject(serializers.JSONField):
    """A text, or a JSON object."""

    def to_internal_value(self, data: Any) -> Any:
        """The value, refused where it is neither, or empty."""
        if not isinstance(data, str | dict):
            raise serializers.ValidationError(_("Send a text or a JSON object."), "wrong_type")
        if not data:
            raise serializers.ValidationError(_("This may not be empty."), "required")
        return data


class WebAddress(serializers.CharField):
    """The address of a page, or nothing."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"max_length": 2000, "allow_blank": True, "required": False} | more)

    def to_internal_value(self, data: Any) -> str:
        """The address, refused where no browser would open it."""
        value = str(super().to_internal_value(data))
        if value and not value.startswith(("https://", "http://")):
            raise serializers.ValidationError(_("Give an address that begins with https://."), "invalid")
        return value


class ActionsView(OrganisationAPIView):
    """A view over the actions of one assistant."""

    permission = Permission.BUILD_ASSISTANTS

    def check_assistant(self, assistant_id: str, *, edit: bool) -> None:
        """Whether the actor may see, or change, the assistant that an address means; in the organisation's scope.

        Raises:
            NotFound: the organisation has no such assistant. LevelMissing: they may see it, but not change it.
        """
        raise TypeError(f"{type(self).__name__} does not say whose actions it shows")

    def check_edit(self, assistant_id: str) -> None:
        """The same for a method that changes something, which opens no scope itself."""
        with tenant_scope(self.actor.organisation):
            self.check_assistant(assistant_id, edit=True)

    def action_to_edit(self, assistant_id: str, action_id: str) -> Action:
        """The action, for a method that changes it."""
        with tenant_scope(self.actor.organisation):
            self.check_assistant(assistant_id, edit=True)
            return access_action(self.actor.organisation, assistant_id, action_id)

    def action_to_see(self, assistant_id: str, action_id: str) -> Action:
        """The action, inside the scope of a GET."""
        self.check_assistant(assistant_id, edit=False)
        return access_action(self.actor.organisation, assistant_id, action_id)

    def whole(self, assistant_id: str, action_id: str) -> dict[str, Any]:
        """An action as it is now, after a change."""
        with tenant_scope(self.actor.organisation):
            return whole_json(self.actor, access_action(self.actor.organisation, assistant_id, action_id))


def settings_of(given: dict[str, Any] | None) -> AuthSettings | None:
    """`auth` of a body as settings; None where it was left out.

    Raises:
        InvalidInput: its fields are named below `auth`.
    """
    if given is None:
        return None
    try:
        return read_settings(given)
    except InvalidInput as error:
        below = [FieldError(f"auth.{one.field}", one.code, one.message) for one in error.errors]
        raise InvalidInput(errors=below) from None
