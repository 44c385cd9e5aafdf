from django.apps import AppConfig

PATIENCE_SECONDS = 3600.0


class KnowledgeConfig(AppConfig):
    name = "assistants.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from assistants.knowledge import policy, showing
        from assistants.knowledge.kept import bytes_kept
        from assistants.knowledge.page_tool import FETCH_PAGE
        from assistants.knowledge.retrieval import search
        from assistants.knowledge.search_tool import SEARCH
        from assistants.knowledge.source_types.built_in import BUILT_IN
        from assistants.knowledge.vectors.asking import warm_up
        from assistants.knowledge.vectors.choice import outside_name
        from assistants.knowledge.vectors.condition import readiness
        from kernel.registries import (
            PolicyChoices,
            ReadinessCheck,
            citation_rights,
            on_startup,
            periodic_tasks,
            policy_choices,
            policy_impacts,
            readiness_checks,
            retriever,
            source_types,
            storage_rooms,
            tools,
        )

        policy_choices.register(PolicyChoices("files.types", policy.format_choices))
        for impact in policy.IMPACTS:
            policy_impacts.register(impact)
        retriever.fill(search)
        citation_rights.fill(showing.citation_rights)
        storage_rooms.register(bytes_kept)
        tools.register(SEARCH)
        tools.register(FETCH_PAGE)
        periodic_tasks["remove_unneeded"] = {"task": "knowledge.remove_unneeded", "schedule": 6 * 3600}
        # These may wait for workers that embed: dropped after seconds, they would not run before all is embedded, and
        # what a dead worker left would wait as long. Each is done in milliseconds where there is nothing to do.
        patient = {"options": {"expires": PATIENCE_SECONDS}}
        periodic_tasks["resume_documents"] = {"task": "knowledge.resume_documents", "schedule": 15, **patient}
        periodic_tasks["keep_embedders"] = {"task": "knowledge.keep_embedders", "schedule": 30, **patient}
        periodic_tasks["look_at_due_sources"] = {
            "task": "knowledge.look_at_due_sources",
            "schedule": 30,
            **patient,
        }
        periodic_tasks["place_documents"] = {"task": "knowledge.place_documents", "schedule": 10, **patient}
        periodic_tasks["erase_placements"] = {"task": "knowledge.erase_placements", "schedule": 30, **patient}
        periodic_tasks["keep_shelves"] = {"task": "knowledge.keep_shelves", "schedule": 60, **patient}
        if outside_name():
            on_startup.register(warm_up)
            readiness_checks.register(ReadinessCheck("vectors", readiness, essential=False))
        for kind in BUILT_IN:
            source_types.register(kind)
