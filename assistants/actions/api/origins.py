"""What knowledge may be read from by connection: services, accounts, and what lies there."""

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.actions.actions.connect_origin import connect_origin
from assistants.actions.api.base import ActionsView
from assistants.actions.origins.browsing import browse, origins_for
from assistants.actions.origins.catalogue import origin_named
from assistants.connections.queries import ref_of
from assistants.connections.refs import start_url
from organisations.api.base import StrictSerializer

TAG = "Knowledge by connection"


class AccountOutput(serializers.Serializer[Any]):
    """`id` is given as `connection`."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    works = serializers.BooleanField()


class OriginOutput(serializers.Serializer[Any]):
    """`ways` of connecting that work now; `needs_client` where an administrator has yet to register an OAuth client."""

    name = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    ways = serializers.ListField(child=serializers.CharField())
    needs_client = serializers.BooleanField()
    accounts = AccountOutput(many=True)


class OriginPage(serializers.Serializer[Any]):
    results = OriginOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ItemOutput(serializers.Serializer[Any]):
    """`at` opens the level below; `pick` is given when a source is added, and null where an item only leads on."""

    name = serializers.CharField()
    kind = serializers.CharField()
    at = serializers.CharField(allow_blank=True)
    pick = serializers.DictField(allow_null=True)
    detail = serializers.CharField(allow_blank=True)


class LevelOutput(serializers.Serializer[Any]):
    results = ItemOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ConnectInput(StrictSerializer):
    way = serializers.ChoiceField(choices=["oauth", "token"])


class ConnectOutput(serializers.Serializer[Any]):
    """`profile` is given to `POST /connections`; `connect_url` is the page where a person does the same."""

    profile = serializers.CharField()
    connect_url = serializers.CharField()


class OriginListView(ActionsView):
    """The services that an assistant may know from."""

    @extend_schema(responses=OriginPage, tags=[TAG])
    def get(self, request: Request, assistant_id: str) -> Response:
        """List them, with the caller's own accounts there."""
        self.check_assistant(assistant_id, edit=True)
        found = origins_for(self.actor, assistant_id)
        return Response({"results": OriginOutput(found, many=True).data, "next": None, "previous": None})


class OriginConnectView(ActionsView):
    """Connecting an account."""

    @extend_schema(request=ConnectInput, responses=ConnectOutput, tags=[TAG])
    def post(self, request: Request, assistant_id: str, origin: str) -> Response:
        """Say how the caller connects: the profile to connect to, and the page for people."""
        self.check_edit(assistant_id)
        given = self.read_input(request, ConnectInput)
        profile = connect_origin(actor=self.actor, origin=origin_named(origin), way=given["way"])
        address = settings.PUBLIC_URL + start_url(ref_of(profile), return_to="")
        return Response({"profile": profile.public_id, "connect_url": address})


class OriginBrowseView(ActionsView):
    """What lies there."""

    @extend_schema(
        responses=LevelOutput,
        tags=[TAG],
        parameters=[
            OpenApiParameter(name, OpenApiTypes.STR, required=name == "connection", description=words)
            for name, words in (
                ("connection", "One of the origin's accounts."),
                ("at", "A level, as an item gives it; left out for the first."),
                ("search", "Words of names."),
                ("cursor", "What `next` said."),
            )
        ],
    )
    def get(self, request: Request, assistant_id: str, origin: str) -> Response:
        """One level of the tree, as the connected account sees it."""
        self.check_assistant(assistant_id, edit=True)
        self.leave_scope()
        asked = {name: request.query_params.get(name, "") for name in ("at", "search", "cursor")}
        level = browse(self.actor, origin, request.query_params.get("connection", ""), **asked)
        body = ItemOutput(level.items, many=True).data
        return Response({"results": body, "next": level.cursor or None, "previous": None})
