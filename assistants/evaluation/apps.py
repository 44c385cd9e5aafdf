from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.registries import BuilderTab


class EvaluationConfig(AppConfig):
    name = "assistants.evaluation"
    label = "evaluation"

    def ready(self) -> None:
        from assistants.evaluation.actions.keep_test_cases import keep_test_cases
        from assistants.evaluation.queries import test_count

        registries.test_keeper.fill(keep_test_cases)
        registries.builder_tabs.register(
            BuilderTab("tests", _("Tests"), "evaluation:test_list", 30, count=test_count)
        )
