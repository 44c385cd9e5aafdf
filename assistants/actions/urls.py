"""The pages of the record of calls."""

from django.urls import path

from assistants.actions.views import calls, files

app_name = "actions"

urlpatterns = [
    path("organisation/calls/", calls.call_list, name="call_list"),
    path("organisation/calls/export", calls.call_export, name="call_export"),
    path("calls/", calls.own_call_list, name="own_call_list"),
    path("calls/<str:call_id>", calls.call_detail, name="call_detail"),
    path("files/links/<str:token>", files.file_link, name="file_link"),
    path("files/<str:file_id>", files.file_download, name="file_download"),
]
