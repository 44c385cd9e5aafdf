"""Ready-made connectors, and the clients that an organisation registered at their services."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.actions.actions.forget_connector_client import forget_connector_client
from assistants.actions.actions.keep_connector_client import (
    LONGEST_ID,
    LONGEST_SECRET,
    keep_connector_client,
)
from assistants.actions.api.base import AnyObject
from assistants.actions.connectors.bridges import TYPES
from assistants.actions.connectors.catalogue import Connector, connector, connectors
from assistants.actions.connectors.clients import client_of, clients_of
from assistants.actions.connectors.readings import operations_of_app
from assistants.actions.models import ConnectorClient
from assistants.actions.origins.catalogue import host_of
from assistants.actions.presentation import ObjectField
from assistants.connections.actions.begin_consent import GENERAL_CALLBACK
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission

TAG = "Connectors"


class ConnectorPlace(serializers.Serializer[Any]):
    """A place in a connector's addresses that an administrator fills; `pattern` is what all of it matches."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    pattern = serializers.CharField()


class ConnectorClientOutput(serializers.Serializer[Any]):
    """A client as it was registered, without its secret."""

    client_id = serializers.CharField()
    client_secret_set = serializers.BooleanField()
    values = ObjectField()
    updated_at = serializers.DateTimeField()


class ConnectorOperation(serializers.Serializer[Any]):
    """One operation of an app in a line."""

    key = serializers.CharField()
    summary = serializers.CharField()
    description = serializers.CharField()
    risk = serializers.ChoiceField(choices=["reads", "writes", "destroys"])
    consequential = serializers.BooleanField(allow_null=True)


class ConnectorOutput(serializers.Serializer[Any]):
    """A connector as it stands for the organisation. `kind`: knowledge is read from a `source`, the others become actions. `ready`:
    it may be added now. `client` is null where nobody registered
    one, or none is needed; its secret is never shown. `host` holds its `{places}`; `icon` is path data on 24 by 24 units.
    """

    name = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=["app", "bridge", "source"])
    category = serializers.CharField()
    summary = serializers.CharField()
    description = serializers.CharField()
    reads = serializers.ListField(child=serializers.CharField())
    writes = serializers.ListField(child=serializers.CharField())
    needs_client = serializers.BooleanField()
    ready = serializers.BooleanField()
    values = ConnectorPlace(many=True)
    scopes = serializers.ListField(child=serializers.CharField())
    host = serializers.CharField()
    address_hosts = serializers.ListField(child=serializers.CharField())
    privacy_policy_url = serializers.CharField()
    icon = serializers.CharField()
    client = ConnectorClientOutput(allow_null=True)


class ConnectorWhole(ConnectorOutput):
    """A connector with its page for administrators, the address that its service leads back to, and what it can do."""

    docs = serializers.CharField()
    redirect_uri = serializers.CharField()
    operations = ConnectorOperation(many=True)
    field_types = serializers.ListField(child=serializers.CharField())


class ConnectorPage(serializers.Serializer[Any]):
    """All connectors: there are few, so they come on one page."""

    results = ConnectorOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


def connector_json(found: Connector, client: ConnectorClient | None) -> dict[str, Any]:
    """A connector as machines read it."""
    names = (
        "name", "title", "kind", "category", "summary", "description", "reads", "writes", "needs_client", "values",
        "scopes", "privacy_policy_url", "icon",
    )  # fmt: skip
    shown = {name: getattr(found, name) for name in names} | {"host": host_of(found)}
    shown["address_hosts"] = found.shape.address.hosts if found.shape.address else []
    shown["ready"] = client is not None or not found.needs_client
    shown["client"] = client and {
        "client_id": client.client_id,
        "client_secret_set": bool(client.client_secret_encrypted),
        "values": client.values,
        "updated_at": client.updated_at,
    }
    return shown


class ConnectorList(OrganisationAPIView):
    """The ready-made connectors."""

    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(operation_id="connectors_list", responses=ConnectorPage, tags=[TAG])
    def get(self, request: Request) -> Response:
        """List them, apps first and sources last, each as it stands for the organisation."""
        clients = clients_of(self.actor.organisation)
        results = [connector_json(one, clients.get(one.name)) for one in connectors()]
        page = {"results": results, "next": None, "previous": None}
        return Response(ConnectorPage(page).data)


class ConnectorDetail(OrganisationAPIView):
    """One connector."""

    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(operation_id="connectors_retrieve", responses=ConnectorWhole, tags=[TAG])
    def get(self, request: Request, name: str) -> Response:
        """What it can do, and how an administrator sets it up."""
        found = connector(name)
        shown = connector_json(found, client_of(self.actor.organisation, found.name)) | {
            "docs": found.docs_with(settings.PUBLIC_URL + GENERAL_CALLBACK),
            "redirect_uri": settings.PUBLIC_URL + GENERAL_CALLBACK if found.needs_client else "",
            "operations": operations_of_app(found),
            "field_types": [] if found.needs_client else list(TYPES),
        }
        return Response(ConnectorWhole(shown).data)


class ConnectorClientDetail(OrganisationAPIView):
    """The organisation's client at a connector's service."""

    permission = Permission.MANAGE_ORGANISATION

    class Input(StrictSerializer):
        client_id = serializers.CharField(max_length=LONGEST_ID)
        client_secret = serializers.CharField(max_length=LONGEST_SECRET, required=False)
        values = AnyObject(required=False)

    @extend_schema(
        operation_id="connectors_client_update", request=Input, responses=ConnectorOutput, tags=[TAG]
    )
    def put(self, request: Request, name: str) -> Response:
        """Register it, or another one in its place. Without `client_secret` the present one stays."""
        given = self.read_input(request, self.Input)
        client = keep_connector_client(
            actor=self.actor,
            name=name,
            client_id=given["client_id"],
            client_secret=given.get("client_secret"),
            values=given.get("values"),
        )
        with tenant_scope(self.actor.organisation):
            return Response(ConnectorOutput(connector_json(connector(name), client)).data)

    @extend_schema(operation_id="connectors_client_destroy", request=None, responses={204: None}, tags=[TAG])
    def delete(self, request: Request, name: str) -> Response:
        """Remove it: everybody's connections under it end, and its actions rest until there is another one."""
        forget_connector_client(actor=self.actor, name=name)
        return Response(status=status.HTTP_204_NO_CONTENT)
