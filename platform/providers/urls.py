"""The pages of an organisation's own providers."""

from django.urls import path

from providers.views import providers

app_name = "providers"

urlpatterns = [
    path("organisation/models/", providers.provider_list, name="provider_list"),
    path("organisation/models/new", providers.provider_new, name="provider_new"),
    path("organisation/models/create", providers.provider_create, name="provider_create"),
    path("organisation/models/<str:provider_id>/", providers.provider, name="provider"),
    path("organisation/models/<str:provider_id>/save", providers.provider_save, name="provider_save"),
    path("organisation/models/<str:provider_id>/models", providers.provider_models, name="provider_models"),
    path("organisation/models/<str:provider_id>/test", providers.provider_test, name="provider_test"),
    path("organisation/models/<str:provider_id>/switch", providers.provider_switch, name="provider_switch"),
    path("organisation/models/<str:provider_id>/delete", providers.provider_delete, name="provider_delete"),
]
