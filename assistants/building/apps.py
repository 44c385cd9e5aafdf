from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.registries import NavigationEntry


class BuildingConfig(AppConfig):
    name = "assistants.building"
    label = "building"

    def ready(self) -> None:
        from assistants.building import (
            checks,
            knowledge,
            model_uses,
            notices,
            opening_approval,
            policy_impacts,
            stream,
            workshop_stream,
        )
        from assistants.building.draft_actions import DraftActions
        from assistants.building.names import assistant_names
        from assistants.building.plans import plan_of_turn, published_documents
        from assistants.building.source_owners import source_owners

        checks.register()
        registries.assistant_names.fill(assistant_names)
        registries.draft_actions.fill(DraftActions())
        registries.published_documents.fill(published_documents)
        registries.source_owners.fill(source_owners)
        registries.turn_plans.fill(plan_of_turn)
        for kind in opening_approval.APPROVALS:
            registries.approval_kinds.register(kind)
        for impact in policy_impacts.IMPACTS:
            registries.policy_impacts.register(impact)
        registries.model_uses.register(model_uses.USES)
        registries.knowledge_holders.register(knowledge.HOLDER)
        notices.register()
        registries.navigation.register(
            NavigationEntry("build", _("Build"), "hammer", "building:assistant_list", 30, "assistants:build")
        )
        registries.stream_routes.register(stream.PREVIEW)
        for route in workshop_stream.ROUTES:
            registries.stream_routes.register(route)
        registries.periodic_tasks["building.release_due"] = {"task": "building.release_due", "schedule": 20}
        registries.periodic_tasks["building.purge_assistants"] = {
            "task": "building.purge_assistants",
            "schedule": 24 * 3600,
        }
