"""Registered databases, for machines. Passwords go in and never come out."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.tools.actions.add_database import add_database
from assistants.tools.actions.delete_database import delete_database
from assistants.tools.actions.try_database import try_database
from assistants.tools.actions.update_database import update_database
from assistants.tools.databases.fields import (
    LONGEST_PASSWORD,
    MOST_ASSISTANTS,
    MOST_SCHEMAS,
    ROWS,
    SECONDS,
    SSL_MODES,
)
from assistants.tools.databases.probing import sentence
from assistants.tools.databases.registered import access_database, databases
from assistants.tools.models import Database
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission

TAG = "Organisation"


class DatabaseOutput(serializers.Serializer[Any]):
    """A database that assistants may ask. `state` is works or fails, by its last test; `failure` its code, `message` in
    words. `assistants` are ids; where there are none, all of the organisation's may ask it, for its own people.
    """

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    description = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField()
    database = serializers.CharField()
    user = serializers.CharField()
    has_password = serializers.SerializerMethodField()
    sslmode = serializers.CharField()
    schemas = serializers.ListField(child=serializers.CharField())
    timeout_seconds = serializers.IntegerField()
    most_rows = serializers.IntegerField()
    assistants = serializers.ListField(child=serializers.CharField())
    state = serializers.SerializerMethodField()
    failure = serializers.CharField()
    message = serializers.SerializerMethodField()
    checked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_has_password(self, row: Database) -> bool:
        """Whether a password is stored. It is never shown."""
        return bool(row.password_encrypted)

    def get_state(self, row: Database) -> str:
        """By its last test."""
        return "fails" if row.failure else "works"

    def get_message(self, row: Database) -> str:
        """What its last test found, in words."""
        return str(sentence(row.failure))


class DatabasePage(serializers.Serializer[Any]):
    """One page of databases."""

    results = DatabaseOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class DatabaseTestOutput(DatabaseOutput):
    """A database after a test; `detail` says what to do, empty where it works."""

    detail = serializers.CharField()


class _Input(StrictSerializer):
    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    host = serializers.CharField(max_length=255)
    port = serializers.IntegerField(min_value=1, max_value=65535, required=False)
    database = serializers.CharField(max_length=63)
    user = serializers.CharField(max_length=63)
    password = serializers.CharField(
        max_length=LONGEST_PASSWORD,
        required=False,
        allow_blank=True,
        write_only=True,
        trim_whitespace=False,
    )
    sslmode = serializers.ChoiceField(choices=SSL_MODES, required=False)
    schemas = serializers.ListField(
        child=serializers.CharField(max_length=63), max_length=MOST_SCHEMAS, required=False
    )
    timeout_seconds = serializers.IntegerField(min_value=SECONDS[0], max_value=SECONDS[1], required=False)
    most_rows = serializers.IntegerField(min_value=ROWS[0], max_value=ROWS[1], required=False)
    assistants = serializers.ListField(
        child=serializers.CharField(max_length=48), max_length=MOST_ASSISTANTS, required=False
    )


class DatabaseList(OrganisationAPIView):
    """The databases that an administrator registered."""

    permission = Permission.MANAGE_ORGANISATION

    class Input(_Input):
        pass

    @extend_schema(
        operation_id="databases_list",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=DatabasePage,
        tags=[TAG],
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        rows = databases(self.actor.organisation).order_by("-created_at", "-pk")
        return self.page_response(request, rows, DatabaseOutput)

    @extend_schema(
        operation_id="databases_create", request=Input, responses={201: DatabaseOutput}, tags=[TAG]
    )
    def post(self, request: Request) -> Response:
        """Reach a PostgreSQL and register it; one that is not reached, or whose role may write, is refused with the reason."""
        row = add_database(actor=self.actor, **self.read_input(request, self.Input))
        return Response(DatabaseOutput(row).data, status=status.HTTP_201_CREATED)


class DatabaseDetail(OrganisationAPIView):
    """One of the databases."""

    permission = Permission.MANAGE_ORGANISATION

    class Input(_Input):
        name = serializers.CharField(max_length=80, required=False)
        host = serializers.CharField(max_length=255, required=False)
        database = serializers.CharField(max_length=63, required=False)
        user = serializers.CharField(max_length=63, required=False)

    @extend_schema(operation_id="databases_retrieve", responses=DatabaseOutput, tags=[TAG])
    def get(self, request: Request, database_id: str) -> Response:
        """Show it, without its password."""
        return Response(DatabaseOutput(access_database(self.actor.organisation, database_id)).data)

    @extend_schema(operation_id="databases_update", request=Input, responses=DatabaseOutput, tags=[TAG])
    def patch(self, request: Request, database_id: str) -> Response:
        """Change what is given; where it is reached in another way it is tested first, and stays as it is if that fails."""
        wanted = self.read_input(request, self.Input)
        row = update_database(actor=self.actor, database_id=database_id, **wanted)
        return Response(DatabaseOutput(row).data)

    @extend_schema(operation_id="databases_delete", responses={204: None}, tags=[TAG])
    def delete(self, request: Request, database_id: str) -> Response:
        """Remove it and its password; nothing happens to the database itself."""
        delete_database(actor=self.actor, database_id=database_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DatabaseTest(OrganisationAPIView):
    """Trying a database out."""

    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(operation_id="databases_test", request=None, responses=DatabaseTestOutput, tags=[TAG])
    def post(self, request: Request, database_id: str) -> Response:
        """Reach it as its role, and look whether that still only reads."""
        row, said = try_database(actor=self.actor, database_id=database_id)
        row.detail = said  # type: ignore[attr-defined]
        return Response(DatabaseTestOutput(row).data)
