"""The REST API of notifications."""

from django.urls import path

from events.api.notifications import AllRead, NotificationList, NotificationRead, Preferences

urlpatterns = [
    path("notifications", NotificationList.as_view(), name="notifications"),
    path("notifications/read-all", AllRead.as_view(), name="notifications-read-all"),
    path("notifications/preferences", Preferences.as_view(), name="notifications-preferences"),
    path("notifications/<str:notification_id>/read", NotificationRead.as_view(), name="notification-read"),
]
