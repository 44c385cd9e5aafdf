"""Begin a listing of a published assistant."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from assistants.building.actions.unpublish import NothingPublished
from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.fields import ListingFields, checked
from store.models import Listing
from store.queries import listing_of_assistant
from store.refresh import creator_name, refresh_listing


class ListedAlready(Conflict):
    code = "listed_already"
    user_message = _("%(name)s has a listing already (%(listing)s). Change that one instead.")


@entry_action
def create_listing(*, actor: Actor, assistant_id: str, fields: ListingFields) -> Listing:
    """Make a draft of a listing; nothing is open to anybody before it is submitted.

    Raises:
        PermissionDenied: the actor may not publish.
        NotFound: the organisation has no such assistant.
        NothingPublished: it has no version yet.
        ListedAlready: it has a listing.
        InvalidInput: a field is wrong; it names each.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    publication, existing = listing_of_assistant(actor, assistant_id)
    if publication is None:
        raise NothingPublished
    if existing is not None:
        raise ListedAlready(name=existing.name, listing=existing.public_id)
    values = {"visibility": publication.visibility, "tagline": publication.tagline, **checked(fields)}
    try:
        with transaction.atomic():
            made: Listing = Listing.objects.create(
                organisation=actor.organisation,
                publication=publication,
                name=publication.name,
                creator_name=creator_name(actor.organisation, actor.user),
                **{"language": publication.language, **values},
            )
    except IntegrityError:
        # Somebody listed it in this moment, perhaps the job that follows a publication.
        _publication, existing = listing_of_assistant(actor, assistant_id)
        if existing is None:
            raise
        raise ListedAlready(name=existing.name, listing=existing.public_id) from None
    refresh_listing(made, publication, tagline="tagline" not in fields.given())
    record_audit(actor, "listing.created", made, after={"visibility": made.visibility})
    return made
