"""The builder's part of the REST API."""

from django.urls import path

from assistants.building.api.actions import (
    AssistantActionDetail,
    AssistantActionExample,
    AssistantActionExamples,
    AssistantActionList,
    AssistantActionOperations,
    AssistantActionRefresh,
    AssistantActionTry,
    AssistantOriginBrowse,
    AssistantOriginConnect,
    AssistantOrigins,
    AssistantToolApprove,
)
from assistants.building.api.assistants import AssistantDetail, AssistantList, AssistantRestore
from assistants.building.api.drafts import DraftDetail
from assistants.building.api.grants import AssistantDuplicate, AssistantTransfer, GrantDetail, GrantList
from assistants.building.api.portability import AssistantExport, AssistantImport, DraftImport
from assistants.building.api.releases import (
    ReleaseList,
    RolloutDetail,
    RolloutPromote,
    ScheduleDetail,
    VersionRelease,
)
from assistants.building.api.sources import (
    AssistantEmbedding,
    AssistantRetrieve,
    AssistantShareable,
    AssistantSourceChildren,
    AssistantSourceDetail,
    AssistantSourceList,
    AssistantSourcePair,
    AssistantSourcePairs,
    AssistantSourceRetry,
    AssistantSourceSync,
    AssistantTags,
)
from assistants.building.api.starting_points import AssistantFork, AssistantForking, TemplateList
from assistants.building.api.versions import VersionDetail, VersionDiff, VersionList, VersionRestore
from assistants.building.api.workshop import ChangeKeep, ChangeUndo, WorkshopDetail
from assistants.knowledge.embedding_api import KnowledgeRoomView

app_name = "building-api"

ONE = "assistants/<str:assistant_id>"
ACTION = f"{ONE}/actions/<str:action_id>"

urlpatterns = [
    path("assistants", AssistantList.as_view(), name="assistant-list"),
    path("assistants/fork", AssistantFork.as_view(), name="assistant-fork"),
    path("templates", TemplateList.as_view(), name="template-list"),
    # Before the addresses of one assistant: `import` is no id.
    path("assistants/import", AssistantImport.as_view(), name="assistant-import"),
    path(ONE, AssistantDetail.as_view(), name="assistant-detail"),
    path("organisation/grants", GrantList.as_view(), name="grant-list"),
    path("organisation/grants/<str:grant_id>", GrantDetail.as_view(), name="grant-detail"),
    path(f"{ONE}/duplicate", AssistantDuplicate.as_view(), name="assistant-duplicate"),
    path(f"{ONE}/transfer", AssistantTransfer.as_view(), name="assistant-transfer"),
    path(f"{ONE}/forking", AssistantForking.as_view(), name="assistant-forking"),
    path(f"{ONE}/restore", AssistantRestore.as_view(), name="assistant-restore"),
    path(f"{ONE}/draft", DraftDetail.as_view(), name="draft-detail"),
    path(f"{ONE}/export", AssistantExport.as_view(), name="assistant-export"),
    path(f"{ONE}/import", DraftImport.as_view(), name="draft-import"),
    path(f"{ONE}/versions", VersionList.as_view(), name="version-list"),
    path(f"{ONE}/versions/diff", VersionDiff.as_view(), name="version-diff"),
    path(f"{ONE}/versions/<int:number>", VersionDetail.as_view(), name="version-detail"),
    path(f"{ONE}/versions/<int:number>/restore", VersionRestore.as_view(), name="version-restore"),
    path(f"{ONE}/versions/<int:number>/release", VersionRelease.as_view(), name="version-release"),
    path(f"{ONE}/releases", ReleaseList.as_view(), name="release-list"),
    path(f"{ONE}/schedule", ScheduleDetail.as_view(), name="schedule-detail"),
    path(f"{ONE}/rollout", RolloutDetail.as_view(), name="rollout-detail"),
    path(f"{ONE}/rollout/promote", RolloutPromote.as_view(), name="rollout-promote"),
    path(f"{ONE}/origins", AssistantOrigins.as_view(), name="origin-list"),
    path(f"{ONE}/origins/<str:origin>/browse", AssistantOriginBrowse.as_view(), name="origin-browse"),
    path(f"{ONE}/origins/<str:origin>/connect", AssistantOriginConnect.as_view(), name="origin-connect"),
    path(f"{ONE}/actions", AssistantActionList.as_view(), name="action-list"),
    path(ACTION, AssistantActionDetail.as_view(), name="action-detail"),
    path(f"{ACTION}/operations", AssistantActionOperations.as_view(), name="action-operations"),
    path(f"{ACTION}/try", AssistantActionTry.as_view(), name="action-try"),
    path(f"{ACTION}/examples", AssistantActionExamples.as_view(), name="action-examples"),
    path(f"{ACTION}/examples/<str:example_id>", AssistantActionExample.as_view(), name="action-example"),
    path(f"{ACTION}/refresh", AssistantActionRefresh.as_view(), name="action-refresh"),
    path(f"{ACTION}/tools/<str:key>/approve", AssistantToolApprove.as_view(), name="tool-approve"),
    path(f"{ONE}/sources", AssistantSourceList.as_view(), name="source-list"),
    path(f"{ONE}/sources/<str:source_id>", AssistantSourceDetail.as_view(), name="source-detail"),
    path(f"{ONE}/sources/<str:source_id>/retry", AssistantSourceRetry.as_view(), name="source-retry"),
    path(f"{ONE}/sources/<str:source_id>/sync", AssistantSourceSync.as_view(), name="source-sync"),
    path(
        f"{ONE}/sources/<str:source_id>/children", AssistantSourceChildren.as_view(), name="source-children"
    ),
    path(f"{ONE}/sources/<str:source_id>/pairs", AssistantSourcePairs.as_view(), name="source-pairs"),
    path(
        f"{ONE}/sources/<str:source_id>/pairs/<int:number>", AssistantSourcePair.as_view(), name="source-pair"
    ),
    path(f"{ONE}/source-tags", AssistantTags.as_view(), name="source-tags"),
    path(f"{ONE}/shareable-sources", AssistantShareable.as_view(), name="shareable-sources"),
    path(f"{ONE}/knowledge/embedding", AssistantEmbedding.as_view(), name="knowledge-embedding"),
    path("organisation/knowledge", KnowledgeRoomView.as_view(), name="knowledge-room"),
    path(f"{ONE}/retrieve", AssistantRetrieve.as_view(), name="retrieve"),
    path(f"{ONE}/workshop", WorkshopDetail.as_view(), name="workshop-detail"),
    path(f"{ONE}/workshop/changes/<str:change_id>/keep", ChangeKeep.as_view(), name="change-keep"),
    path(f"{ONE}/workshop/changes/<str:change_id>/undo", ChangeUndo.as_view(), name="change-undo"),
]
