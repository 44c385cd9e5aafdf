"""The catalogue's part of the REST API."""

from django.urls import path

from providers.api.models import ModelList
from providers.api.providers import ProviderDetail, ProviderList, ProviderTest

urlpatterns = [
    path("models", ModelList.as_view(), name="models"),
    path("providers", ProviderList.as_view(), name="api-providers"),
    path("providers/<str:provider_id>", ProviderDetail.as_view(), name="api-provider"),
    path("providers/<str:provider_id>/test", ProviderTest.as_view(), name="api-provider-test"),
]
