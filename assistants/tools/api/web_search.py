"""The organisation's search of the web, for machines. The key goes in and never comes out."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.tools.actions.forget_search_provider import forget_search_provider
from assistants.tools.actions.keep_search_provider import keep_search_provider
from assistants.tools.searching.apis import APIS
from assistants.tools.searching.chosen import of_installation, of_row, search_provider
from assistants.tools.searching.fields import LONGEST_ADDRESS, LONGEST_KEY
from assistants.tools.searching.tool import LONGEST_QUERY
from assistants.tools.searching.trying import try_search
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission

TAG = "Organisation"


class SearchProviderOutput(serializers.Serializer[Any]):
    """The service that is asked. `source` is organisation (its own choice), installation or none; then the rest is empty."""

    source = serializers.ChoiceField(choices=("organisation", "installation", "none"))  # type: ignore[assignment]
    kind = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    host = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    has_key = serializers.BooleanField()


class SearchHitOutput(serializers.Serializer[Any]):
    """One result."""

    title = serializers.CharField()
    url = serializers.CharField()
    text = serializers.CharField()
    published = serializers.CharField()


class SearchTryOutput(serializers.Serializer[Any]):
    """The first results of a query."""

    results = SearchHitOutput(many=True)


class WebSearch(OrganisationAPIView):
    """Where the organisation's assistants search the web."""

    permission = Permission.MANAGE_ORGANISATION

    class Input(StrictSerializer):
        kind = serializers.ChoiceField(choices=tuple(APIS))
        url = serializers.CharField(max_length=LONGEST_ADDRESS, required=False, allow_blank=True)
        key = serializers.CharField(
            max_length=LONGEST_KEY, required=False, allow_blank=True, write_only=True, trim_whitespace=True
        )

    @extend_schema(operation_id="web_search_retrieve", responses=SearchProviderOutput, tags=[TAG])
    def get(self, request: Request) -> Response:
        """Say which service is asked."""
        return Response(search_json(self.actor))

    @extend_schema(
        operation_id="web_search_replace", request=Input, responses=SearchProviderOutput, tags=[TAG]
    )
    def put(self, request: Request) -> Response:
        """Choose a service. Without `key` the present one stays, as long as service and address do."""
        keep_search_provider(actor=self.actor, **self.read_input(request, self.Input))
        return Response(_now(self.actor))

    @extend_schema(operation_id="web_search_delete", responses={204: None}, tags=[TAG])
    def delete(self, request: Request) -> Response:
        """Forget the organisation's own choice and its key; the installation's service is asked again."""
        forget_search_provider(actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebSearchTry(OrganisationAPIView):
    """Trying the service out."""

    permission = Permission.MANAGE_ORGANISATION

    class Input(StrictSerializer):
        query = serializers.CharField(max_length=LONGEST_QUERY)

    @extend_schema(operation_id="web_search_try", request=Input, responses=SearchTryOutput, tags=[TAG])
    def post(self, request: Request) -> Response:
        """Search once; the error says what is wrong."""
        hits = try_search(actor=self.actor, **self.read_input(request, self.Input))
        return Response(SearchTryOutput({"results": hits}).data)


def search_json(actor: Actor) -> dict[str, Any]:
    """The service that is asked for an actor's organisation, without its key; inside the organisation's scope."""
    row = search_provider(actor.organisation)
    chosen = of_row(row) if row else of_installation()
    if chosen is None:
        return {"source": "none", **dict.fromkeys(("kind", "name", "host", "url")), "has_key": False}
    return {
        "source": "organisation" if row else "installation",
        "kind": chosen.kind,
        "name": chosen.name,
        "host": chosen.host,
        "url": chosen.address if row else None,
        "has_key": bool(row and row.key_encrypted),
    }


def _now(actor: Actor) -> dict[str, Any]:
    with tenant_scope(actor.organisation):
        return search_json(actor)
