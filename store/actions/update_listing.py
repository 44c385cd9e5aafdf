"""Change what a listing says."""

from typing import Any

from assistants.building.actions.set_publication import open_publication
from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.disclosing.personal import check_privacy_policy
from store.disclosing.statements import FIELDS, check_words, is_held
from store.discovery.indexing import index_listing
from store.fields import ListingFields, checked
from store.models import Listing
from store.queries import access_listing


@entry_action
def update_listing(*, actor: Actor, listing_id: str, fields: ListingFields) -> Listing:
    """Save the given fields. A live listing shows them at once, and a new visibility holds at once.

    Where the organisation's policy wants a second person's word for the new visibility, the old one stays meanwhile.

    Raises:
        PermissionDenied: the actor may not publish.
        EmailNotVerified: it becomes public, and the actor's address is not confirmed.
        PolicyForbids, LinksForbidden: the organisation's policy is against it.
        ApprovalPending: a second person was asked already.
        NotFound: the organisation has no such listing.
        InvalidInput: a field is wrong; it names each.
        WordsContradictFacts: it is more than a draft, and what it would say about data is not so.
        PrivacyPolicyNeeded: it is or becomes open to everybody, sends something about people outside, and names none.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    listing = access_listing(actor, listing_id, lock=True)
    values = checked(fields)
    if is_held(listing):
        words = {name: str(values.get(name, getattr(listing, name))) for name in FIELDS}
        check_words(words, listing.publication.disclosure or {})
    before = {name: getattr(listing, name) for name in values}
    _set(listing, {name: value for name, value in values.items() if name != "visibility"})
    if listing.is_live and "visibility" in values:
        assistant, wanted = listing.publication.assistant.public_id, values["visibility"]
        opened = open_publication(actor=actor, assistant_id=assistant, visibility=wanted)
        if opened.visibility != wanted:  # it waits for a second person: until then it stands where it stood
            del values["visibility"]
    if "visibility" in values:
        _set(listing, {"visibility": values["visibility"]})
    index_listing(listing)
    record_audit(actor, "listing.changed", listing, before=before, after=values)
    publish_event(actor.organisation, "listing.changed", {"listing": listing.public_id})
    return listing


def _set(listing: Listing, values: dict[str, Any]) -> None:
    """Save some fields; whoever opens it next finds them there."""
    for name, value in values.items():
        setattr(listing, name, value)
    if listing.is_live and listing.visibility == Listing.Visibility.PUBLIC and "privacy_policy_url" in values:
        check_privacy_policy(listing, listing.publication.disclosure)
    listing.save(update_fields=[*values, "updated_at"])
