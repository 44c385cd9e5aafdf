"""The pages of the record of calls, of connectors' clients, and of files that calls gave."""

from django.urls import path

from assistants.actions.views import calls, connectors, files

app_name = "actions"

urlpatterns = [
    path("organisation/calls/", calls.call_list, name="call_list"),
    path("organisation/calls/export", calls.call_export, name="call_export"),
    path("organisation/connectors/", connectors.connector_list, name="connector_list"),
    path("organisation/connectors/<str:name>", connectors.connector_detail, name="connector_detail"),
    path(
        "organisation/connectors/<str:name>/keep",
        connectors.connector_client_keep,
        name="connector_client_keep",
    ),
    path(
        "organisation/connectors/<str:name>/forget",
        connectors.connector_client_forget,
        name="connector_client_forget",
    ),
    path("calls/", calls.own_call_list, name="own_call_list"),
    path("calls/<str:call_id>", calls.call_detail, name="call_detail"),
    path("files/links/<str:token>", files.file_link, name="file_link"),
    path("files/<str:file_id>", files.file_download, name="file_download"),
    path("files/<str:file_id>/picture", files.file_picture, name="file_picture"),
]
