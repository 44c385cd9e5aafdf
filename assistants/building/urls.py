"""The builder's pages."""

from django.urls import path

from assistants.actions.views import action_paths, origin_paths
from assistants.building.views.actions import check_assistant, draw_actions
from assistants.building.views.assistants import (
    assistant_bin,
    assistant_delete,
    assistant_duplicate,
    assistant_home,
    assistant_list,
    assistant_restore,
)
from assistants.building.views.compare import assistant_compare
from assistants.building.views.configure import assistant_configure, assistant_picture, assistant_prompt
from assistants.building.views.imports import assistant_import, assistant_import_paste, import_report
from assistants.building.views.knowledge import (
    assistant_knowledge,
    assistant_source,
    draw_origins,
    source_set_of,
)
from assistants.building.views.presence import draft_presence
from assistants.building.views.publish import assistant_publish, assistant_unpublish
from assistants.building.views.releases import (
    rollout_end,
    rollout_promote,
    rollout_put,
    schedule_cancel,
    schedule_put,
    version_release,
)
from assistants.building.views.schema import assistant_schema
from assistants.building.views.share import (
    assistant_share,
    assistant_share_find,
    assistant_share_put,
    assistant_share_remove,
    assistant_share_transfer,
)
from assistants.building.views.starting_points import assistant_create, assistant_fork, assistant_forking
from assistants.building.views.trying import assistant_try, assistant_try_found, assistant_try_keep
from assistants.building.views.versions import version_diff, version_list, version_restore
from assistants.building.views.workshop import (
    assistant_workshop,
    change_keep,
    change_keep_all,
    change_undo,
    workshop_draft,
    workshop_picture,
    workshop_thread,
)
from assistants.building.views.workshop_interview import interview_answer, interview_back, interview_restart
from assistants.knowledge.views import knowledge_paths

app_name = "building"

urlpatterns = [
    path("schemas/assistant-1.json", assistant_schema, name="assistant_schema"),
    path("build/", assistant_list, name="assistant_list"),
    path("build/bin", assistant_bin, name="assistant_bin"),
    path("build/new", assistant_create, name="assistant_create"),
    path("build/fork", assistant_fork, name="assistant_fork"),
    path("build/import", assistant_import, name="assistant_import"),
    path("build/import/paste", assistant_import_paste, name="assistant_import_paste"),
    path("build/picture", assistant_picture, name="assistant_picture"),
    path("build/<str:assistant_id>", assistant_home, name="assistant_home"),
    path("build/<str:assistant_id>/create", assistant_workshop, name="assistant_workshop"),
    path("build/<str:assistant_id>/create/thread", workshop_thread, name="workshop_thread"),
    path("build/<str:assistant_id>/create/draft", workshop_draft, name="workshop_draft"),
    path("build/<str:assistant_id>/create/picture", workshop_picture, name="workshop_picture"),
    path("build/<str:assistant_id>/create/answer", interview_answer, name="interview_answer"),
    path("build/<str:assistant_id>/create/back", interview_back, name="interview_back"),
    path("build/<str:assistant_id>/create/restart", interview_restart, name="interview_restart"),
    path("build/<str:assistant_id>/changes/keep", change_keep_all, name="change_keep_all"),
    path("build/<str:assistant_id>/changes/<str:change_id>/keep", change_keep, name="change_keep"),
    path("build/<str:assistant_id>/changes/<str:change_id>/undo", change_undo, name="change_undo"),
    path("build/<str:assistant_id>/configure", assistant_configure, name="assistant_configure"),
    path("build/<str:assistant_id>/prompt", assistant_prompt, name="assistant_prompt"),
    path("build/<str:assistant_id>/compare", assistant_compare, name="assistant_compare"),
    path("build/<str:assistant_id>/presence", draft_presence, name="draft_presence"),
    path("build/<str:assistant_id>/knowledge", assistant_knowledge, name="assistant_knowledge"),
    path("build/<str:assistant_id>/knowledge/try", assistant_try, name="assistant_try"),
    path("build/<str:assistant_id>/knowledge/try/found", assistant_try_found, name="assistant_try_found"),
    path("build/<str:assistant_id>/knowledge/try/keep", assistant_try_keep, name="assistant_try_keep"),
    path(
        "build/<str:assistant_id>/knowledge/sources/<str:source_id>",
        assistant_source,
        name="assistant_source",
    ),
    *knowledge_paths(
        "build/<str:assistant_id>/knowledge/", source_set_of, playground="building:assistant_try"
    ),
    *origin_paths("build/<str:assistant_id>/knowledge/connect", source_set_of, draw_origins),
    *action_paths("build/<str:assistant_id>/actions", check_assistant, draw_actions),
    path("build/<str:assistant_id>/imported", import_report, name="import_report"),
    path("build/<str:assistant_id>/versions", version_list, name="version_list"),
    path("build/<str:assistant_id>/versions/diff", version_diff, name="version_diff"),
    path("build/<str:assistant_id>/versions/<int:number>", version_list, name="version_detail"),
    path("build/<str:assistant_id>/versions/<int:number>/release", version_release, name="version_release"),
    path("build/<str:assistant_id>/versions/<int:number>/restore", version_restore, name="version_restore"),
    path("build/<str:assistant_id>/rollout", rollout_put, name="rollout_put"),
    path("build/<str:assistant_id>/rollout/promote", rollout_promote, name="rollout_promote"),
    path("build/<str:assistant_id>/rollout/end", rollout_end, name="rollout_end"),
    path("build/<str:assistant_id>/schedule", schedule_put, name="schedule_put"),
    path("build/<str:assistant_id>/schedule/cancel", schedule_cancel, name="schedule_cancel"),
    path("build/<str:assistant_id>/share", assistant_share, name="assistant_share"),
    path("build/<str:assistant_id>/share/find", assistant_share_find, name="assistant_share_find"),
    path("build/<str:assistant_id>/share/put", assistant_share_put, name="assistant_share_put"),
    path(
        "build/<str:assistant_id>/share/transfer", assistant_share_transfer, name="assistant_share_transfer"
    ),
    path(
        "build/<str:assistant_id>/share/<str:grant_id>/remove",
        assistant_share_remove,
        name="assistant_share_remove",
    ),
    path("build/<str:assistant_id>/publish", assistant_publish, name="assistant_publish"),
    path("build/<str:assistant_id>/forking", assistant_forking, name="assistant_forking"),
    path("build/<str:assistant_id>/unpublish", assistant_unpublish, name="assistant_unpublish"),
    path("build/<str:assistant_id>/duplicate", assistant_duplicate, name="assistant_duplicate"),
    path("build/<str:assistant_id>/delete", assistant_delete, name="assistant_delete"),
    path("build/<str:assistant_id>/restore", assistant_restore, name="assistant_restore"),
]
