from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "assistants.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from assistants.knowledge import policy
        from assistants.knowledge.retrieval import retrieve
        from assistants.knowledge.search_tool import SEARCH
        from kernel.registries import (
            PolicyChoices,
            periodic_tasks,
            policy_choices,
            policy_impacts,
            retriever,
            tools,
        )

        policy_choices.register(PolicyChoices("files.types", policy.format_choices))
        for impact in policy.IMPACTS:
            policy_impacts.register(impact)
        retriever.fill(retrieve)
        tools.register(SEARCH)
        periodic_tasks["resume_documents"] = {"task": "knowledge.resume_documents", "schedule": 15}
