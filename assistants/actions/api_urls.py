"""The part of the REST API about calls of actions and connectors; actions themselves are found under their assistants."""

from django.urls import path

from assistants.actions.api.calls import CallDetail, CallExport, CallList
from assistants.actions.api.connectors import ConnectorClientDetail, ConnectorDetail, ConnectorList
from assistants.actions.api.files import FileDetail

urlpatterns = [
    path("action-calls", CallList.as_view(), name="api-action-calls"),
    path("action-calls/export", CallExport.as_view(), name="api-action-calls-export"),
    path("action-calls/<str:call_id>", CallDetail.as_view(), name="api-action-call"),
    path("action-files/<str:file_id>", FileDetail.as_view(), name="api-action-file"),
    path("connectors", ConnectorList.as_view(), name="api-connectors"),
    path("connectors/<str:name>", ConnectorDetail.as_view(), name="api-connector"),
    path("connectors/<str:name>/client", ConnectorClientDetail.as_view(), name="api-connector-client"),
]
