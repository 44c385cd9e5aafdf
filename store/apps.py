from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.registries import NavigationEntry, ShellFragment


class StoreConfig(AppConfig):
    name = "store"

    def ready(self) -> None:
        from store import consumers, notices, switches
        from store.counting import entry as counting
        from store.directories import entry as directories
        from store.disclosing import checks
        from store.moderation import entry as moderation
        from store.pricing import product_of
        from store.reviews import entry as opinions
        from store.stream import TRIAL

        registries.products.fill(product_of)
        notices.register()
        directories.register()
        opinions.register()
        switches.register()
        checks.register()
        registries.stream_routes.register(TRIAL)
        registries.navigation.register(
            NavigationEntry("store", _("Store"), "store", "store:home", 10, strangers=True)
        )
        registries.shell_fragments.register(ShellFragment("pinned", "store:pins"))
        registries.event_consumers.register(consumers.FOLLOW)
        moderation.register()
        registries.event_consumers.register(consumers.COUNT)
        registries.event_consumers.register(consumers.ANSWERED)
        registries.event_consumers.register(consumers.TELL)
        counting.register()
        registries.periodic_tasks["store.embed_entries"] = {"task": "store.embed_entries", "schedule": 5.0}
