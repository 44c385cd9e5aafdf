"""Every room's pages and its part of the REST API."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from organisations.api.missing import Missing
from organisations.staffing.site import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("web.urls")),
    path("", include("accounts.urls")),
    path("", include("events.urls")),
    path("", include("organisations.urls")),
    path("", include("providers.urls")),
    path("", include("billing.urls")),
    path("", include("assistants.connections.urls")),
    path("", include("assistants.turns.urls")),
    path("", include("assistants.actions.urls")),
    path("", include("assistants.tools.urls")),
    path("", include("assistants.building.urls")),
    path("", include("assistants.chat.urls")),
    path("", include("assistants.evaluation.urls")),
    path("", include("store.urls")),
    path("api/v1/", include("organisations.api_urls")),
    path("api/v1/", include("events.api_urls")),
    path("api/v1/", include("providers.api_urls")),
    path("api/v1/", include("billing.api_urls")),
    path("api/v1/", include("assistants.connections.api_urls")),
    path("api/v1/", include("assistants.actions.api_urls")),
    path("api/v1/", include("assistants.tools.api_urls")),
    path("api/v1/", include("assistants.turns.api_urls")),
    path("api/v1/", include("assistants.building.api_urls")),
    path("api/v1/", include("assistants.chat.api_urls")),
    path("api/v1/", include("assistants.evaluation.api_urls")),
    path("api/v1/", include("store.api_urls")),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    # Its script comes from an address of its own: our content security policy forbids inline ones.
    path("api/v1/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/<path:rest>", Missing.as_view(), name="api-missing"),
    path("accounts/", include("allauth.urls")),
    path("staff/", site.urls),
]

handler400 = "web.views.bad_request"
handler403 = "web.views.permission_denied"
handler404 = "web.views.page_not_found"
handler500 = "web.views.server_error"
# Where allauth's limits send people.
handler429 = "accounts.views.limits.too_many_requests"
