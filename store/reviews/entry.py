"""What the rooms of reviews and of creators tell the rest of the house."""

from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.registries import BuilderTab, NavigationEntry
from store import opinion_consumers, opinion_notices, personal_data
from store.reviews.inbox import unread_count


def register() -> None:
    """Say what they listen to, tell of, show, hold and do by themselves."""
    for consumer in opinion_consumers.CONSUMERS:
        registries.event_consumers.register(consumer)
    for kind in opinion_notices.KINDS:
        registries.notification_kinds.register(kind)
    registries.personal_data.register(personal_data.HOLDER)
    registries.builder_tabs.register(
        BuilderTab("feedback", _("Feedback"), "store:inbox", 60, count=unread_count)
    )
    registries.organisation_tabs.register(
        NavigationEntry(
            "creator", _("Creator page"), "badge-check", "store:creator_settings", 58, "MANAGE_ORGANISATION"
        )
    )
    registries.periodic_tasks["store.refresh_prior"] = {
        "task": "store.refresh_prior",
        "schedule": 24 * 3600.0,
    }
    registries.periodic_tasks["store.look_at_due_domains"] = {
        "task": "store.look_at_due_domains",
        "schedule": 300.0,
    }
