"""How people and organisations look in the REST API."""

from typing import Any

from rest_framework import serializers

from organisations.permissions import Permission, Role


def role_field(**options: Any) -> serializers.ChoiceField:
    """One of the roles, by its name."""
    return serializers.ChoiceField(choices=[role.value for role in Role], **options)


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
