"""What counting tells the rest of the house."""

from django.utils.translation import gettext_lazy as _

from kernel.registries import BuilderTab, builder_tabs, periodic_tasks, personal_data
from store.counting.personal_data import HOLDER


def register() -> None:
    """Say what creators see of it, what it holds about people, and what it does by itself."""
    personal_data.register(HOLDER)
    builder_tabs.register(BuilderTab("insights", _("Insights"), "store:insights", 50))
    periodic_tasks["store.count_turns"] = {"task": "store.count_turns", "schedule": 5.0}
    periodic_tasks["store.flush_visits"] = {"task": "store.flush_visits", "schedule": 60.0}
    periodic_tasks["store.find_neighbours"] = {"task": "store.find_neighbours", "schedule": 24 * 3600.0}
    periodic_tasks["store.drop_old_counts"] = {"task": "store.drop_old_counts", "schedule": 3600.0}
    periodic_tasks["store.drop_old_words"] = {"task": "store.drop_old_words", "schedule": 24 * 3600.0}
