"""Evaluation's pages, beside the builder's."""

from django.urls import path

from assistants.evaluation.views import test_add, test_list, test_remove

app_name = "evaluation"

urlpatterns = [
    path("build/<str:assistant_id>/tests", test_list, name="test_list"),
    path("build/<str:assistant_id>/tests/add", test_add, name="test_add"),
    path("build/<str:assistant_id>/tests/<str:test_id>/remove", test_remove, name="test_remove"),
]
