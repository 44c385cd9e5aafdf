"""What moderation tells the house at start-up."""

from kernel import registries
from organisations.audit_words import add_action_words
from store.moderation import consumers, notices
from store.moderation.gate import gate
from store.moderation.words import AUDIT_WORDS


def register() -> None:
    """Hold back what has to be looked at first, follow changes, keep the clocks."""
    notices.register()
    add_action_words(AUDIT_WORDS)
    registries.public_gates.register(gate)
    registries.event_consumers.register(consumers.CHANGED)
    registries.event_consumers.register(consumers.DECIDED)
    registries.periodic_tasks["store.lapse_removals"] = {"task": "store.lapse_removals", "schedule": 60.0}
    registries.periodic_tasks["store.audit_listings"] = {"task": "store.audit_listings", "schedule": 1800.0}
