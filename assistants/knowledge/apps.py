from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "assistants.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from assistants.knowledge.retrieval import retrieve
        from kernel.registries import periodic_tasks, retriever

        retriever.fill(retrieve)
        periodic_tasks["resume_documents"] = {"task": "knowledge.resume_documents", "schedule": 15}
