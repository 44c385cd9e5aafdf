from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.registries import NavigationEntry, ShellFragment


class StoreConfig(AppConfig):
    name = "store"

    def ready(self) -> None:
        from store import consumers, notices, queries, switches
        from store.disclosing import checks
        from store.moderation import entry as moderation
        from store.stream import TRIAL
        from store.reviews import entry as opinions

        notices.register()
        opinions.register()
        switches.register()
        checks.register()
        registries.stream_routes.register(TRIAL)
        registries.navigation.register(
            NavigationEntry("store", _("Store"), "store", "store:home", 10, strangers=True)
        )
        registries.shell_fragments.register(ShellFragment("pinned", "store:pins"))
        registries.pinned_references.register(queries.installed_slugs)
        registries.event_consumers.register(consumers.FOLLOW)
        moderation.register()
        registries.event_consumers.register(consumers.COUNT)
        registries.event_consumers.register(consumers.ANSWERED)
        registries.event_consumers.register(consumers.TELL)
        registries.periodic_tasks["store.count_turns"] = {"task": "store.count_turns", "schedule": 15.0}
        registries.periodic_tasks["store.flush_visits"] = {"task": "store.flush_visits", "schedule": 60.0}
        registries.periodic_tasks["store.find_neighbours"] = {
            "task": "store.find_neighbours",
            "schedule": 24 * 3600,
        }
        registries.periodic_tasks["store.drop_old_counts"] = {
            "task": "store.drop_old_counts",
            "schedule": 3600,
        }
