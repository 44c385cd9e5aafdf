"""What moderation tells the house at start-up."""

from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.registries import NavigationEntry
from organisations.audit_words import add_action_words
from store.moderation import consumers, notices, stream
from store.moderation.gate import gate, version_gate
from store.moderation.people import MODERATORS
from store.moderation.words import AUDIT_WORDS


def register() -> None:
    """Hold back what has to be looked at first, follow changes, keep the clocks."""
    notices.register()
    registries.navigation.register(
        NavigationEntry(
            "moderation", _("Moderation"), "scale", "store:case_list", 90, staff=frozenset(MODERATORS)
        )
    )
    for route in stream.ROUTES:
        registries.stream_routes.register(route)
    add_action_words(AUDIT_WORDS)
    registries.public_gates.register(gate)
    registries.version_gates.register(version_gate)
    registries.event_consumers.register(consumers.CHANGED)
    registries.event_consumers.register(consumers.DECIDED)
    registries.periodic_tasks["store.lapse_removals"] = {"task": "store.lapse_removals", "schedule": 60.0}
    registries.periodic_tasks["store.audit_listings"] = {"task": "store.audit_listings", "schedule": 1800.0}
    registries.periodic_tasks["store.go_on"] = {"task": "store.go_on", "schedule": 300.0}
    registries.periodic_tasks["store.tell_moderators"] = {"task": "store.tell_moderators", "schedule": 120.0}
