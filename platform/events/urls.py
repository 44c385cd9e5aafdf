"""Pages of what people are told. They are a person's own, whatever organisation they act in."""

from django.urls import path

from events.views import emails, inbox

app_name = "events"

urlpatterns = [
    path("notifications/", inbox.inbox, name="inbox"),
    path("notifications/bell", inbox.bell, name="bell"),
    path("notifications/read-all", inbox.read_all, name="read_all"),
    path("notifications/unsubscribe/<str:token>", emails.unsubscribe, name="unsubscribe"),
    path("notifications/<str:notification_id>/open", inbox.notification_open, name="open"),
    path("notifications/<str:notification_id>/read", inbox.read, name="read"),
    path("account/notifications/", emails.preferences, name="preferences"),
    path("account/notifications/save", emails.preferences_save, name="preferences_save"),
]
