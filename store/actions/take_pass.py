"""Take what a share link of an assistant gives: its use until the link ends."""

from assistants.building.standing import OutsideNotAllowed, outside_allowed
from kernel.actions import entry_action
from kernel.jobs import enqueue_after_commit
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.library.links import ShareLinkEnded, look_up
from store.models import Pass

TASK = "store.count_share_opening"


@entry_action
def take_pass(*, actor: Actor, secret: str) -> Pass:
    """Let the person acting use the assistant of a link, in the organisation that they act in, until it ends.

    Raises:
        NotAuthenticated, PersonNeeded: no person acts.
        RateLimited: they looked up too many links.
        ShareLinkEnded: it does not work, or leads to no assistant.
        OutsideNotAllowed: their organisation does not let its people use what others publish.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    link = look_up(actor, secret)
    if link.publication is None or not link.publication.is_live:
        raise ShareLinkEnded
    if not outside_allowed(actor, link.organisation_id, link.publication.public_id):
        raise OutsideNotAllowed(organisation=actor.organisation.name)
    made, created = Pass.unscoped.update_or_create(
        organisation=actor.organisation,
        user=person,
        link_id=link.public_id,
        defaults={
            "publication_id": link.publication.public_id,
            "slug": link.publication.slug,
            "creator_id": link.organisation_id,
            "expires_at": link.expires_at,
        },
    )
    if created:
        enqueue_after_commit(TASK, organisation=link.organisation_id, link=link.public_id)
    return made
