from django.urls import URLPattern, path

from assistants.tools.views import databases, python_frame, web_search

app_name = "tools"
urlpatterns: list[URLPattern] = [
    path("organisation/databases/", databases.database_list, name="database_list"),
    path("organisation/databases/new", databases.database_new, name="database_new"),
    path("organisation/databases/create", databases.database_create, name="database_create"),
    path("organisation/databases/<str:database_id>/", databases.database, name="database"),
    path("organisation/databases/<str:database_id>/save", databases.database_save, name="database_save"),
    path("organisation/databases/<str:database_id>/test", databases.database_test, name="database_test"),
    path(
        "organisation/databases/<str:database_id>/delete", databases.database_delete, name="database_delete"
    ),
    path("organisation/web-search/", web_search.web_search, name="web_search"),
    path("organisation/web-search/save", web_search.web_search_save, name="web_search_save"),
    path("organisation/web-search/remove", web_search.web_search_remove, name="web_search_remove"),
    path("organisation/web-search/try", web_search.web_search_try, name="web_search_try"),
    path("python-sandbox", python_frame.python_frame, name="python_frame"),
]
