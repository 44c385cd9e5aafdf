"""The results of a turn's calls, for the pages that show them."""

from django.urls import path

from assistants.turns import views

app_name = "turns"

urlpatterns = [
    path("turns/<str:turn_id>/table", views.result_rows, name="result_rows"),
    path("turns/<str:turn_id>/table.csv", views.result_csv, name="result_csv"),
]
