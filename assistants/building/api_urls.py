"""The builder's part of the REST API."""

from django.urls import path

from assistants.building.api.assistants import AssistantDetail, AssistantList, AssistantRestore
from assistants.building.api.drafts import DraftDetail
from assistants.building.api.versions import VersionDetail, VersionList, VersionRestore

app_name = "building-api"

urlpatterns = [
    path("assistants", AssistantList.as_view(), name="assistant-list"),
    path("assistants/<str:assistant_id>", AssistantDetail.as_view(), name="assistant-detail"),
    path("assistants/<str:assistant_id>/restore", AssistantRestore.as_view(), name="assistant-restore"),
    path("assistants/<str:assistant_id>/draft", DraftDetail.as_view(), name="draft-detail"),
    path("assistants/<str:assistant_id>/versions", VersionList.as_view(), name="version-list"),
    path("assistants/<str:assistant_id>/versions/<int:number>", VersionDetail.as_view(), name="version-detail"),
    path("assistants/<str:assistant_id>/versions/<int:number>/restore", VersionRestore.as_view(), name="version-restore"),
]
