"""The built-in tools' part of the REST API."""

from django.urls import URLPattern, path

from assistants.tools.api.databases import DatabaseDetail, DatabaseList, DatabaseTest
from assistants.tools.api.web_search import WebSearch, WebSearchTry

urlpatterns: list[URLPattern] = [
    path("organisation/databases", DatabaseList.as_view(), name="api-databases"),
    path("organisation/databases/<str:database_id>", DatabaseDetail.as_view(), name="api-database"),
    path("organisation/databases/<str:database_id>/test", DatabaseTest.as_view(), name="api-database-test"),
    path("organisation/web-search", WebSearch.as_view(), name="api-web-search"),
    path("organisation/web-search/try", WebSearchTry.as_view(), name="api-web-search-try"),
]
