"""The catalogue's part of the REST API."""

from django.urls import path

from providers.api.models import ModelList

urlpatterns = [path("models", ModelList.as_view(), name="models")]
