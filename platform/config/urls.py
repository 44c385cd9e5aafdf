"""Every room's pages and its part of the REST API."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from organisations.api.missing import Missing


def room(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    return [path(prefix, include(module))] if find_spec(module) else []


urlpatterns: list[URLPattern | URLResolver] = [
    *room("", "web.urls"),
    *room("", "accounts.urls"),
    *room("", "organisations.urls"),
    *room("", "events.urls"),
    *room("", "providers.urls"),
    *room("", "billing.urls"),
    *room("", "assistants.turns.urls"),
    *room("", "assistants.knowledge.urls"),
    *room("", "assistants.building.urls"),
    *room("", "assistants.chat.urls"),
    *room("", "assistants.openai_api.urls"),
    *room("", "store.urls"),
    *room("api/v1/", "accounts.api_urls"),
    *room("api/v1/", "organisations.api_urls"),
    *room("api/v1/", "providers.api_urls"),
    *room("api/v1/", "billing.api_urls"),
    *room("api/v1/", "assistants.turns.api_urls"),
    *room("api/v1/", "assistants.knowledge.api_urls"),
    *room("api/v1/", "assistants.building.api_urls"),
    *room("api/v1/", "assistants.chat.api_urls"),
    *room("api/v1/", "assistants.openai_api.api_urls"),
    *room("api/v1/", "store.api_urls"),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    # Its script comes from an address of its own: our content security policy forbids inline ones.
    path("api/v1/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/<path:rest>", Missing.as_view(), name="api-missing"),
    path("accounts/", include("allauth.urls")),
]

handler400 = "web.views.bad_request"
handler403 = "web.views.permission_denied"
handler404 = "web.views.page_not_found"
handler500 = "web.views.server_error"
# Where allauth's limits send people.
handler429 = "accounts.views.too_many_requests"
