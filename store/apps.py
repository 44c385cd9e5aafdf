from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.registries import NavigationEntry, ShellFragment


class StoreConfig(AppConfig):
    name = "store"

    def ready(self) -> None:
        from store import consumers, notices, queries, switches
        from store.disclosing import checks
        from store.stream import TRIAL

        notices.register()
        switches.register()
        checks.register()
        registries.stream_routes.register(TRIAL)
        registries.navigation.register(
            NavigationEntry("store", _("Store"), "store", "store:home", 10, strangers=True)
        )
        registries.shell_fragments.register(ShellFragment("pinned", "store:pins"))
        registries.pinned_references.register(queries.installed_slugs)
        registries.event_consumers.register(consumers.FOLLOW)
        registries.event_consumers.register(consumers.COUNT)
        registries.event_consumers.register(consumers.ANSWERED)
        registries.event_consumers.register(consumers.TELL)
