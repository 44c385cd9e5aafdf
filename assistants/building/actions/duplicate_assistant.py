"""Make a second assistant out of a first."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.actions.copy_actions import copy_actions
from assistants.building.actions.create_assistant import begin
from assistants.building.actions.save_draft import checked_specification, lock_draft, save_draft
from assistants.building.models import Assistant
from assistants.building.queries import access_assistant, draft_of, specification_of
from assistants.building.specification import merge_patch
from assistants.knowledge.actions.copy_sources import copy_sources
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Level, Permission, require
from organisations.policy import policy_of
from organisations.policy_rules import require_allowed

NAME = 80  # characters


@entry_action
def duplicate_assistant(*, actor: Actor, assistant_id: str) -> Assistant:
    """Copy an assistant's draft, actions and sources into a new assistant, which the person who acts owns. Nothing of it is published.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role create assistants.
        NotFound: there is no such assistant for them.
        LevelMissing: they may use it, but not see its settings.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    require_allowed(actor, policy_of(actor.organisation).building.create, gettext_lazy("create assistants"))
    original = access_assistant(actor, assistant_id, level=Level.VIEW)
    document = specification_of(draft_of(original)).document()
    name = _("Copy of %(name)s") % {"name": original.label}
    renamed = checked_specification(
        merge_patch(document, {"profile": {"name": name[:NAME]}, "actions": None}),
        organisation=actor.organisation,
        known_models=(document["model"]["id"],),
    )
    # A copy of something that was made from somebody else's goes on to name them.
    copy = begin(actor, renamed, origin=original.origin)
    sources = copy_sources(actor=actor, origin=original.source_set, target=copy.source_set)
    _copy_actions(actor, original, copy, document["actions"])
    record_audit(actor, "assistant.duplicated", copy, original=original.public_id, sources=sources)
    return copy


def _copy_actions(actor: Actor, original: Assistant, copy: Assistant, uses: list[dict[str, Any]]) -> None:
    copies = copy_actions(actor=actor, origin=original.public_id, target=copy.public_id)
    kept = [use | {"id": copies[use["id"]]} for use in uses if use["id"] in copies]
    if kept:
        draft = lock_draft(copy, None)
        save_draft(actor=actor, assistant=copy, draft=draft, document=draft.specification | {"actions": kept})
