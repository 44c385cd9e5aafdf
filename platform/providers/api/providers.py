"""An organisation's own providers, for machines. Keys go in and never come out."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from providers.actions.add_provider import add_provider
from providers.actions.delete_provider import delete_provider
from providers.actions.try_provider import try_provider
from providers.actions.update_provider import update_provider
from providers.models import Model, OrganisationModel, OrganisationProvider
from providers.own_fields import LONGEST_ADDRESS, LONGEST_KEY, LONGEST_MODEL, ModelInput
from providers.presets import presets
from providers.probing import sentence
from providers.queries import access_provider, model_id_of, own_models, own_providers, uses_of_provider

MOST_MICRO = 10**15


class PricesInput(StrictSerializer):
    """Micro-units of the installation's currency for a million tokens."""

    input_per_million = serializers.IntegerField(min_value=0, max_value=MOST_MICRO)
    output_per_million = serializers.IntegerField(min_value=0, max_value=MOST_MICRO)


class ModelEntry(StrictSerializer):
    """A model to offer: its name at the provider, or an object with what is known of it."""

    name = serializers.CharField(max_length=LONGEST_MODEL)
    label = serializers.CharField(max_length=160, required=False)  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=Model.Kind.values, required=False)
    capabilities = serializers.DictField(child=serializers.BooleanField(), required=False)
    context = serializers.IntegerField(min_value=1, max_value=100_000_000, allow_null=True, required=False)  # type: ignore[assignment]
    max_output = serializers.IntegerField(min_value=1, max_value=100_000_000, allow_null=True, required=False)
    prices = PricesInput(allow_null=True, required=False)
    shutdown_on = serializers.DateField(allow_null=True, required=False)
    replacement = serializers.CharField(max_length=200, allow_blank=True, required=False)

    def to_internal_value(self, data: Any) -> ModelInput:
        """A bare name is a model of which nothing further is said."""
        given = dict(super().to_internal_value({"name": data} if isinstance(data, str) else data))
        name = given.pop("name")
        if "context" in given:
            given["context_window"] = given.pop("context")
        if "prices" in given:
            prices = given.pop("prices") or {}
            given["input_price"] = prices.get("input_per_million")
            given["output_price"] = prices.get("output_per_million")
        return ModelInput(name, given)


class OwnModelOutput(serializers.Serializer[Any]):
    """A model of an own provider; only offered ones can be chosen. `id` is how drafts and policies name it."""

    id = serializers.SerializerMethodField()
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    capabilities = serializers.DictField(child=serializers.BooleanField())
    context = serializers.IntegerField(source="context_window", allow_null=True)  # type: ignore[assignment]
    max_output = serializers.IntegerField(allow_null=True)
    prices = serializers.SerializerMethodField()
    offered = serializers.BooleanField()
    shutdown_on = serializers.DateField(allow_null=True)
    replacement = serializers.CharField()

    def get_id(self, row: OrganisationModel) -> str:
        """`org:provider/name`."""
        return model_id_of(row.provider, row.name)

    def get_prices(self, row: OrganisationModel) -> dict[str, int] | None:
        """The organisation's own note of what it pays, in micro-units for a million tokens."""
        if row.input_price is None or row.output_price is None:
            return None
        return {"input_per_million": row.input_price, "output_per_million": row.output_price}


class UseOutput(serializers.Serializer[Any]):
    """An assistant that answers with one of the models; `place` is draft, live or fallback."""

    assistant = serializers.CharField(source="id")
    name = serializers.CharField()
    model = serializers.CharField()
    place = serializers.CharField()


class TestOutput(serializers.Serializer[Any]):
    """What the last test found; `ok` is the code of a pass."""

    at = serializers.DateTimeField(source="tested_at", allow_null=True)
    code = serializers.CharField(source="test_code")
    message = serializers.SerializerMethodField()

    def get_message(self, row: OrganisationProvider) -> str:
        """The same in words."""
        return sentence(row.test_code, row.test_model)


class ProviderOutput(serializers.Serializer[Any]):
    """A provider. `state` is working, failing (it works, and its last test failed), off (it never passed a test since its
    key or address was changed) or disabled.
    """

    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    name = serializers.CharField()
    preset = serializers.CharField()
    base_url = serializers.CharField()
    region = serializers.CharField()
    has_key = serializers.SerializerMethodField()
    state = serializers.CharField()
    test = TestOutput(source="*")
    created_at = serializers.DateTimeField()

    def get_has_key(self, row: OrganisationProvider) -> bool:
        """Whether a key is stored. It is never shown."""
        return bool(row.key_encrypted)


class ProviderDetailOutput(ProviderOutput):
    """A provider with its models and who uses them."""

    models = OwnModelOutput(many=True)
    used_by = UseOutput(many=True)


class ProviderPage(serializers.Serializer[Any]):
    """One page of providers."""

    results = ProviderOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


def _key_field(**options: Any) -> serializers.CharField:
    return serializers.CharField(
        max_length=LONGEST_KEY,
        write_only=True,
        trim_whitespace=True,
        allow_blank=True,
        required=False,
        **options,
    )


class ProviderList(OrganisationAPIView):
    """The organisation's own providers."""

    permission = Permission.MANAGE_ORGANISATION

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80)
        base_url = serializers.CharField(max_length=LONGEST_ADDRESS, required=False, allow_blank=True)
        key = _key_field()
        preset = serializers.ChoiceField(choices=list(presets()), required=False)
        region = serializers.CharField(max_length=60, required=False, allow_blank=True)
        models = serializers.ListField(child=ModelEntry(), max_length=500, required=False)

    @extend_schema(
        operation_id="providers_list",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=ProviderPage,
        tags=["Models"],
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        return self.page_response(request, own_providers(self.actor.organisation), ProviderOutput)

    @extend_schema(
        operation_id="providers_create", request=Input, responses={201: ProviderDetailOutput}, tags=["Models"]
    )
    def post(self, request: Request) -> Response:
        """Test a provider and save it; one that fails is kept, and off until it passes."""
        provider = add_provider(actor=self.actor, **self.read_input(request, self.Input))
        return Response(_detail(self, provider), status=status.HTTP_201_CREATED)


class ProviderDetail(OrganisationAPIView):
    """One of the organisation's own providers."""

    permission = Permission.MANAGE_ORGANISATION

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80, required=False)
        base_url = serializers.CharField(max_length=LONGEST_ADDRESS, required=False)
        key = _key_field()
        region = serializers.CharField(max_length=60, required=False, allow_blank=True)
        models = serializers.ListField(child=ModelEntry(), max_length=500, required=False)
        enabled = serializers.BooleanField(required=False)
        confirm = serializers.BooleanField(
            required=False, help_text=str(_("That assistants which use what is taken away are known."))
        )

    @extend_schema(operation_id="providers_retrieve", responses=ProviderDetailOutput, tags=["Models"])
    def get(self, request: Request, provider_id: str) -> Response:
        """Show a provider, its models, and which assistants use them."""
        return Response(_document(access_provider(self.actor.organisation, provider_id)))

    @extend_schema(
        operation_id="providers_update", request=Input, responses=ProviderDetailOutput, tags=["Models"]
    )
    def patch(self, request: Request, provider_id: str) -> Response:
        """Change what is given; a new key or address is tested. `models` is exactly what is offered from then on."""
        wanted = self.read_input(request, self.Input)
        confirmed = wanted.pop("confirm", False)
        provider = update_provider(actor=self.actor, provider_id=provider_id, confirmed=confirmed, **wanted)
        return Response(_detail(self, provider))

    @extend_schema(
        operation_id="providers_delete",
        parameters=[OpenApiParameter("confirm", bool, description="delete it though assistants use it")],
        responses={204: None},
        tags=["Models"],
    )
    def delete(self, request: Request, provider_id: str) -> Response:
        """Delete it and its key. While assistants use its models, that needs `confirm=true`."""
        confirmed = request.query_params.get("confirm") in ("1", "true")
        delete_provider(actor=self.actor, provider_id=provider_id, confirmed=confirmed)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProviderTest(OrganisationAPIView):
    """Trying a provider out."""

    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(
        operation_id="providers_test", request=None, responses=ProviderDetailOutput, tags=["Models"]
    )
    def post(self, request: Request, provider_id: str) -> Response:
        """Ask it for its models and for one word; the answer says what failed."""
        return Response(_detail(self, try_provider(actor=self.actor, provider_id=provider_id)))


def _detail(view: OrganisationAPIView, provider: OrganisationProvider) -> Any:
    with tenant_scope(view.actor.organisation):
        return _document(provider)


def _document(provider: OrganisationProvider) -> Any:
    provider.models = own_models(provider).select_related("provider")  # type: ignore[attr-defined]
    provider.used_by = uses_of_provider(provider)  # type: ignore[attr-defined]
    return ProviderDetailOutput(provider).data
