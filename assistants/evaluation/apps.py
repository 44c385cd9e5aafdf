from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.registries import BuilderTab


class EvaluationConfig(AppConfig):
    name = "assistants.evaluation"
    label = "evaluation"

    def ready(self) -> None:
        from assistants.evaluation.actions.keep_test_cases import keep_test_cases
        from assistants.evaluation.gate import CHECK
        from assistants.evaluation.queries import test_count
        from assistants.evaluation.stream import RUN

        registries.publish_checks.register(CHECK)
        registries.stream_routes.register(RUN)
        registries.test_keeper.fill(keep_test_cases)
        registries.builder_tabs.register(
            BuilderTab("tests", _("Tests"), "evaluation:test_list", 30, count=test_count)
        )
