from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries


class ChatConfig(AppConfig):
    name = "assistants.chat"
    label = "chat"

    def ready(self) -> None:
        from assistants.chat.consumers import END_DELETED, STOP_WITHDRAWN
        from assistants.chat.figures import opinions_of_versions
        from assistants.chat.stream import ROUTES

        registries.version_opinions.fill(opinions_of_versions)
        for route in ROUTES:
            registries.stream_routes.register(route)
        registries.navigation.register(
            registries.NavigationEntry(
                key="chats",
                label=_("Chats"),
                icon="messages-square",
                url_name="chat:conversation_list",
                order=20,
                permission="assistants:use",
            )
        )
        registries.shell_fragments.register(registries.ShellFragment("recent", "chat:conversation_recent"))
        registries.event_consumers.register(STOP_WITHDRAWN)
        registries.event_consumers.register(END_DELETED)
