"""How people and organisations look in the REST API."""

from typing import Any

from rest_framework import serializers

from organisations.permissions import Permission, Role

ROLE_HELP = (
    f"One of {', '.join(role.value for role in Role)}, or the id of one of the organisation's own roles."
)


def role_field(**options: Any) -> serializers.CharField:
    """One of the roles: a built-in one's name, or the `role_…` id of one of the organisation's own."""
    return serializers.CharField(max_length=48, help_text=ROLE_HELP, **options)


def scope_field(**options: Any) -> serializers.ChoiceField:
    """One of the permissions, by its name."""
    return serializers.ChoiceField(choices=[permission.value for permission in Permission], **options)


class OrganisationOutput(serializers.Serializer[Any]):
    """An organisation."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    slug = serializers.CharField()
    kind = serializers.CharField()
    created_at = serializers.DateTimeField()


class PersonOutput(serializers.Serializer[Any]):
    """A person, as members of the same organisation see them."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField(source="display_name")
    email = serializers.EmailField()


class ServiceAccountName(serializers.Serializer[Any]):
    """Which service account something acts for."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
