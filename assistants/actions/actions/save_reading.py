"""What was read becomes the next revision of an action, in the transaction of another action."""

from dataclasses import asdict

from django.db.models import Max

from assistants.actions.models import Action, ActionRevision, Operation
from assistants.actions.reading import Reading, without_nul
from kernel.actions import assert_in_action
from organisations.actors import Actor


def save_reading(*, actor: Actor, action: Action, reading: Reading) -> ActionRevision:
    """Save a revision and make it the action's present one; versions keep theirs."""
    assert_in_action()
    place = {"organisation": actor.organisation}
    rows = ActionRevision.objects.for_organisation(actor.organisation).filter(action=action)
    revision: ActionRevision = ActionRevision.objects.create(
        action=action,
        number=(rows.aggregate(latest=Max("number"))["latest"] or 0) + 1,
        document=reading.document,
        content_hash=reading.content_hash,
        server_url=reading.server_url,
        findings=[asdict(finding) for finding in reading.findings],
        prompts=list(reading.prompts),
        suggested_auth=reading.auth,
        created_by=actor.user,
        **place,
    )
    Operation.objects.bulk_create(
        Operation(
            revision=revision,
            position=position,
            **without_nul(read.document()) | {"summary": read.summary[:500]},
            **place,
        )
        for position, read in enumerate(reading.operations)
    )
    action.revision, action.server_url = revision, reading.server_url
    action.save(update_fields=["revision", "server_url", "updated_at"])
    return revision
