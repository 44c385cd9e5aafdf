"""Evaluation's part of the REST API."""

from django.urls import path

from assistants.evaluation.api import RunVerdict, TestDetail, TestList

app_name = "evaluation-api"

urlpatterns = [
    path("assistants/<str:assistant_id>/tests", TestList.as_view(), name="test-list"),
    path("assistants/<str:assistant_id>/tests/<str:test_id>", TestDetail.as_view(), name="test-detail"),
    path("assistants/<str:assistant_id>/test-runs/<str:run_id>", RunVerdict.as_view(), name="test-run"),
]
