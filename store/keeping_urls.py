"""Pages of the directory and of the library."""

from django.urls import path

from store.views import departments, directory, library, sharing

urlpatterns = [
    path("directory/", directory.directory_home, name="directory"),
    path("directory/in/<str:department_id>", directory.directory_department, name="department"),
    path("directory/waiting", directory.directory_waiting, name="directory_waiting"),
    path("directory/waiting/<str:approval_id>", directory.directory_decide, name="directory_decide"),
    path("directory/store", directory.directory_pick, name="directory_pick"),
    path("directory/departments", departments.department_list, name="department_list"),
    path("directory/departments/new", departments.department_create, name="department_create"),
    path("directory/departments/order", departments.department_order, name="department_order"),
    path("directory/departments/<str:department_id>", departments.department_save, name="department_save"),
    path(
        "directory/departments/<str:department_id>/delete",
        departments.department_delete,
        name="department_delete",
    ),
    path("directory/required", departments.requirement_list, name="requirement_list"),
    path("directory/required/new", departments.requirement_add, name="requirement_add"),
    path("directory/required/<str:requirement_id>", departments.requirement_drop, name="requirement_drop"),
    path("directory/allowed", departments.allowed_list, name="allowed_list"),
    path("directory/allowed/new", departments.allowed_add, name="allowed_add"),
    path("directory/allowed/<str:listing_id>", departments.allowed_drop, name="allowed_drop"),
    path("a/<slug:slug>/ask", directory.ask, name="ask"),
    path("a/<slug:slug>/ask/send", directory.ask_send, name="ask_send"),
    path("a/<slug:slug>/keep", library.keep_menu, name="keep_menu"),
    path("a/<slug:slug>/keep/<str:collection_id>", library.keep_toggle, name="keep_toggle"),
    path("library", library.library_home, name="library"),
    path("library/order/<str:what>", library.library_order, name="library_order"),
    path("library/pins/<str:pin_id>/drop", library.pin_drop, name="pin_drop"),
    path("library/collections", library.collection_create, name="collection_create"),
    path("library/collections/<str:collection_id>", library.collection_detail, name="collection"),
    path("library/collections/<str:collection_id>/save", library.collection_save, name="collection_save"),
    path(
        "library/collections/<str:collection_id>/delete", library.collection_delete, name="collection_delete"
    ),
    path(
        "library/collections/<str:collection_id>/restore",
        library.collection_restore,
        name="collection_restore",
    ),
    path("library/collections/<str:collection_id>/order", library.collection_order, name="collection_order"),
    path("library/collections/<str:collection_id>/drop", library.collection_drop, name="collection_drop"),
    path("library/links", sharing.share_create, name="share_create"),
    path("library/links/<str:link_id>/revoke", sharing.share_revoke, name="share_revoke"),
    path("share/<str:secret>", sharing.shared, name="shared"),
    path("share/<str:secret>/use", sharing.shared_use, name="shared_use"),
    path("store/panel/<str:assistant_id>/sharing", sharing.sharing_panel, name="sharing_panel"),
    path("store/panel/<str:assistant_id>/place", sharing.place_save, name="place_save"),
]
