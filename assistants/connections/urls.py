"""The pages of connections, and where OAuth leads back to."""

from django.urls import path

from assistants.connections.views import consent, listing, metadata

app_name = "connections"

urlpatterns = [
    path("connections/", listing.connection_list, name="connection_list"),
    path("connections/start/<str:key>", consent.start, name="start"),
    path("connections/start/<str:key>/connect", consent.connect, name="connect"),
    path("connections/oauth/callback", consent.callback, name="callback"),
    path("connections/oauth/client.json", metadata.client_document, name="client_document"),
    path("connections/<str:connection_id>/end", listing.connection_end, name="connection_end"),
    path("aip/<str:assistant_id>/oauth/callback", consent.callback, name="assistant_callback"),
]
