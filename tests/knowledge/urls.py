"""The room's views over bare source sets, so that its tests stand without the rooms above it."""

from django.urls import path

from assistants.knowledge.api import (
    SourceChildrenView,
    SourceDetailView,
    SourceListView,
    SourcePairListView,
    SourcePairView,
    SourceRetryView,
    SourceSyncView,
    TagListView,
)
from assistants.knowledge.models import SourceSet
from assistants.knowledge.queries import manifest
from assistants.knowledge.retrieve_api import RetrieveView
from assistants.knowledge.views import knowledge_paths
from assistants.turns.plan import KnowledgeScope
from config.urls import urlpatterns as house
from kernel.errors import NotFound
from organisations.actors import Actor


def find(actor: Actor, set_id: str, *, edit: bool) -> SourceSet:
    found = SourceSet.objects.for_organisation(actor.organisation).filter(public_id=set_id).first()
    if found is None:
        raise NotFound
    return found


class _Found:
    def source_set(self, assistant_id: str, *, edit: bool) -> SourceSet:
        return find(self.actor, assistant_id, edit=edit)  # type: ignore[attr-defined]


class Sources(_Found, SourceListView): ...


class SourceDetail(_Found, SourceDetailView): ...


class SourceRetry(_Found, SourceRetryView): ...


class SourceSync(_Found, SourceSyncView): ...


class SourceChildren(_Found, SourceChildrenView): ...


class SourcePairs(_Found, SourcePairListView): ...


class SourcePair(_Found, SourcePairView): ...


class Tags(_Found, TagListView): ...


class Retrieve(RetrieveView):
    def scope(self, assistant_id: str, *, version: int | None) -> KnowledgeScope:
        source_set = find(self.actor, assistant_id, edit=False)
        return KnowledgeScope(source_set.organisation_id, (source_set.pk,), manifest(source_set), None)


urlpatterns = [
    path("api/v1/sets/<str:assistant_id>/sources", Sources.as_view()),
    path("api/v1/sets/<str:assistant_id>/sources/<str:source_id>", SourceDetail.as_view()),
    path("api/v1/sets/<str:assistant_id>/sources/<str:source_id>/retry", SourceRetry.as_view()),
    path("api/v1/sets/<str:assistant_id>/sources/<str:source_id>/sync", SourceSync.as_view()),
    path("api/v1/sets/<str:assistant_id>/sources/<str:source_id>/children", SourceChildren.as_view()),
    path("api/v1/sets/<str:assistant_id>/sources/<str:source_id>/pairs", SourcePairs.as_view()),
    path("api/v1/sets/<str:assistant_id>/sources/<str:source_id>/pairs/<int:number>", SourcePair.as_view()),
    path("api/v1/sets/<str:assistant_id>/source-tags", Tags.as_view()),
    path("api/v1/sets/<str:assistant_id>/retrieve", Retrieve.as_view()),
    *knowledge_paths("sets/<str:assistant_id>/knowledge/", find),
    *house,
]
