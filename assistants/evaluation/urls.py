"""Evaluation's pages, beside the builder's."""

from django.urls import path

from assistants.evaluation.views import run_judge, test_add, test_list, test_remove, test_require

app_name = "evaluation"

urlpatterns = [
    path("build/<str:assistant_id>/tests", test_list, name="test_list"),
    path("build/<str:assistant_id>/tests/add", test_add, name="test_add"),
    path("build/<str:assistant_id>/tests/<str:test_id>/remove", test_remove, name="test_remove"),
    path("build/<str:assistant_id>/tests/<str:test_id>/require", test_require, name="test_require"),
    path("build/<str:assistant_id>/tests/runs/<str:run_id>", run_judge, name="run_judge"),
]
