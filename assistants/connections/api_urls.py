"""The part of the REST API about connections."""

from django.urls import path

from assistants.connections.api.connections import ConnectionDetail, ConnectionList

urlpatterns = [
    path("connections", ConnectionList.as_view(), name="api-connections"),
    path("connections/<str:connection_id>", ConnectionDetail.as_view(), name="api-connection"),
]
