"""Usage for machines."""

from django.urls import path

from billing.api.usage import UsageReport

urlpatterns = [path("usage", UsageReport.as_view(), name="api-usage")]
