from django.urls import path

from assistants.chat.views import allowed, citations, conversations

app_name = "chat"
urlpatterns = [
    path("chats/", conversations.conversation_list, name="conversation_list"),
    path("chats/start", conversations.conversation_start, name="conversation_start"),
    path("chats/recent", conversations.conversation_recent, name="conversation_recent"),
    path("chats/<str:conversation_id>", conversations.conversation_detail, name="conversation_detail"),
    path("chats/<str:conversation_id>/thread", conversations.conversation_thread, name="conversation_thread"),
    path("chats/<str:conversation_id>/rename", conversations.conversation_rename, name="conversation_rename"),
    path("chats/<str:conversation_id>/delete", conversations.conversation_delete, name="conversation_delete"),
    path(
        "chats/<str:conversation_id>/restore", conversations.conversation_restore, name="conversation_restore"
    ),
    path("chats/<str:conversation_id>/version", conversations.version_switch, name="version_switch"),
    path("chats/<str:conversation_id>/allowed", allowed.allowed_list, name="allowed_list"),
    path("chats/<str:conversation_id>/allowed/withdraw", allowed.allowed_withdraw, name="allowed_withdraw"),
    path("chats/<str:conversation_id>/show", conversations.branch_show, name="branch_show"),
    path("citations/<str:turn_id>/<int:number>", citations.citation_detail, name="citation_detail"),
    path("citations/<str:turn_id>/<int:number>/page.webp", citations.citation_page, name="citation_page"),
    path("citations/<str:turn_id>/<int:number>/file", citations.citation_file, name="citation_file"),
]
