"""Write to an assistant's creator, and to nobody else."""

from kernel.outbox import publish_event
from kernel.ratelimit import Limit, take
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.models import Feedback
from store.queries import visible_listing
from store.reviews.words import checked_text

LONGEST = 4000
A_DAY, TO_ONE = Limit(20, 24 * 3600), Limit(5, 24 * 3600)


def send_feedback(*, actor: Actor, slug: str, text: str, named: bool = False) -> Feedback:
    """Leave words for a listing's creator.

    Args:
        named: whether the creator learns who wrote. Otherwise nothing that is kept says it.

    Raises:
        PermissionDenied, PersonNeeded: the actor may not use assistants, or is a machine.
        NotFound: there is no such listing for this person.
        InvalidInput: no text, or more than 4,000 characters.
        RateLimited: they wrote too much today.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    words = checked_text(text, longest=LONGEST, required=True)
    with tenant_scope(actor.organisation):
        listing = visible_listing(actor, slug)
    take(f"store:feedback:{person.pk}", A_DAY)
    take(f"store:feedback:{person.pk}:{listing.pk}", TO_ONE)
    # Without an author in the history of rows either, where nobody is to be named.
    author = actor.authorship if named else ""
    with tenant_scope(listing.organisation_id, author=author, durable=True):
        made: Feedback = Feedback.objects.create(
            organisation_id=listing.organisation_id,
            listing=listing,
            user=person if named else None,
            author_name=person.display_name if named else "",
            text=words,
            version_number=listing.version_number,
        )
        payload = {"listing": listing.public_id, "feedback": made.public_id}
        publish_event(listing.organisation, "feedback.sent", payload)
    return made
