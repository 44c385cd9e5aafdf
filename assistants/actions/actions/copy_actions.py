"""The actions of an assistant, for a second one that is made of it."""

from typing import Any

from assistants.actions.actions.save_reading import save_reading
from assistants.actions.calling.planned import read_operation
from assistants.actions.models import Action
from assistants.actions.openapi.documents import Finding
from assistants.actions.queries import actions_of, operations_of
from assistants.actions.reading import Reading
from kernel.actions import assert_in_action
from organisations.actors import Actor

_COPIED = (
    "kind", "origin", "name", "description", "server_url", "source_url", "privacy_policy_url", "paused",
)  # fmt: skip


def copy_actions(*, actor: Actor, origin: str, target: str) -> dict[str, str]:
    """Give an assistant what another one of the organisation has; returns the copies' public ids by the originals'.

    Credentials and clients at sign-in services stay with the original: how its calls were signed is a suggestion for the
    copy, which somebody has to take up.

    Args:
        origin, target: public ids of assistants.
    """
    assert_in_action()
    found = {}
    for action in actions_of(actor.organisation, origin):
        if action.revision is None:
            continue
        copy: Action = Action.objects.create(
            organisation=actor.organisation,
            assistant_id=target,
            created_by=actor.user,
            **{name: getattr(action, name) for name in _COPIED},
        )
        save_reading(actor=actor, action=copy, reading=_reading(action))
        found[action.public_id] = copy.public_id
    return found


def _reading(action: Action) -> Reading:
    revision = action.revision
    assert revision is not None
    return Reading(
        kind=action.kind,
        origin=action.origin,
        name=action.name,
        description=action.description,
        server_url=revision.server_url,
        document=revision.document,
        operations=tuple(read_operation(row) for row in operations_of(action)),
        findings=tuple(Finding(**one) for one in revision.findings),
        source_url=action.source_url,
        auth=_suggested(action),
        prompts=tuple(revision.prompts),
    )


def _suggested(action: Action) -> dict[str, Any] | None:
    profile = action.profile
    if profile is None or profile.deleted_at is not None:
        suggested: dict[str, Any] | None = action.revision.suggested_auth if action.revision else None
        return suggested
    return dict(profile.document)
