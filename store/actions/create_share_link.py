"""Make a link that shows a collection, or opens an assistant, until a day."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from assistants.building.opening import LINK, check_may_open, word_needed
from assistants.building.queries import access_assistant, publication_of, versions
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput, NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Level, Permission, require, require_person
from store.library.links import address_of, digest_of, new_secret
from store.library.queries import access_collection, share_links
from store.models import Collection, ShareLink

FEWEST_DAYS, MOST_DAYS, USUAL_DAYS = 1, 365, 30
MOST_LINKS = 200


class TooManyLinks(Conflict):
    code = "too_many_share_links"
    user_message = _("You have 200 links that work, the most that can be kept. Take some back first.")


class NothingToShare(Conflict):
    code = "nothing_to_share"
    user_message = _("This assistant answers nobody now. Publish a version first, then share it.")


class LinkNeedsApproval(Conflict):
    code = "share_link_needs_approval"
    user_message = _(
        "The policy of %(organisation)s wants a second person's word before others use this assistant. Publish it to the"
        " organisation first; once that is approved, links can be made."
    )


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link and its whole address, which is never seen again."""

    link: ShareLink
    address: str


@entry_action
def create_share_link(
    *, actor: Actor, collection: str = "", assistant: str = "", days: int = USUAL_DAYS
) -> NewLink:
    """Make a link to one thing: a collection of the person acting, or a published assistant that they may publish.

    Whoever opens a collection sees what they may see of it. Whoever opens an assistant while signed in may use it until
    the link ends, whatever its visibility is.

    Args:
        collection: the id of a collection. assistant: the `asst_…` id of an assistant.
        days: after how many days it ends, from 1 to 365.

    Raises:
        NotAuthenticated, PersonNeeded: no person acts.
        PermissionDenied: the actor may not publish.
        InvalidInput: both or neither of the two, or a number of days that cannot be.
        NotFound: there is no such collection or assistant for the actor.
        PolicyForbids, LinksForbidden: the organisation's policy is against sharing by link.
        NothingToShare: the assistant has no version that is live.
        LinkNeedsApproval: somebody else has to agree first that others use it.
        TooManyLinks: the person has enough of them.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise InvalidInput.on("days", "out_of_range", _("Use a number from 1 to 365."))
    if bool(collection) == bool(assistant):
        raise InvalidInput.on("collection", "one_of", _("Name either a collection or an assistant."))
    if share_links(actor).count() >= MOST_LINKS:
        raise TooManyLinks
    secret = new_secret()
    target: dict[str, Collection | Publication] = (
        {"collection": access_collection(actor, collection)}
        if collection
        else {"publication": _shareable(actor, assistant)}
    )
    link: ShareLink = ShareLink.objects.create(
        organisation=actor.organisation,
        user=person,
        digest=digest_of(secret),
        expires_at=timezone.now() + timedelta(days=days),
        **target,
    )
    record_audit(actor, "share_link.created", link, after=facts(link), days=days)
    return NewLink(link, address_of(secret))


def _shareable(actor: Actor, assistant_id: str) -> Publication:
    require(actor, Permission.PUBLISH_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, level=Level.EDIT)
    publication = publication_of(assistant)
    if publication is None or not publication.is_live:
        raise NothingToShare
    check_may_open(actor, publication, LINK)
    version = versions(assistant).get(pk=publication.live_version_id)
    if word_needed(actor, version, LINK, agreed=publication.reaches_others):
        raise LinkNeedsApproval(organisation=actor.organisation.name)
    return publication


def facts(link: ShareLink) -> dict[str, str]:
    """What a link leads to, for the audit log."""
    if link.collection is not None:
        return {"name": link.collection.name}
    if link.publication is None:
        raise NotFound
    return {"name": link.publication.name}
