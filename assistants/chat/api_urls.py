from django.urls import path

from assistants.chat import api

urlpatterns = [
    path("conversations", api.ConversationList.as_view()),
    path("conversations/<str:conversation_id>", api.ConversationDetail.as_view()),
    path("conversations/<str:conversation_id>/version", api.ConversationVersion.as_view()),
    path("conversations/<str:conversation_id>/allowed", api.AllowedList.as_view()),
    path(
        "conversations/<str:conversation_id>/allowed/<str:action_id>/<path:operation>",
        api.AllowedDetail.as_view(),
    ),
    path("messages/<str:message_id>/feedback", api.MessageFeedback.as_view()),
]
