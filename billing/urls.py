"""Pages of usage."""

from django.urls import path

from billing.views import usage

app_name = "billing"
urlpatterns = [
    path("usage/", usage.usage_page, name="usage"),
    path("usage/export.csv", usage.usage_export, name="usage_export"),
    path("usage/allowance", usage.allowance_meter, name="allowance_meter"),
]
