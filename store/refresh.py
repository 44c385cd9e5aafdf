"""What a listing copies from elsewhere, kept fresh."""

from accounts.models import User
from assistants.building.models import Publication, Version
from organisations.models import Organisation
from store.creators.proved import first_domain
from store.disclosing.widening import note_disclosure
from store.discovery.facets import facets_of
from store.discovery.indexing import index_listing
from store.discovery.topics import topics_of
from store.models import Listing

COPIED = [
    "name",
    "tagline",
    "language",
    "creator_name",
    "version_number",
    "version_note",
    "version_at",
    "topics",
    "calls_outside",
    "writes_outside",
    "model_family",
    "is_verified",
    "updated_at",
]


def refresh_listing(listing: Listing, publication: Publication, *, tagline: bool = True) -> None:
    """Copy what the publication shows, and its live version's number and public words, in the open scope of their organisation."""
    version = Version.objects.for_organisation(listing.organisation_id).get(pk=publication.live_version_id)
    listing.name = publication.name
    if tagline and publication.tagline:
        listing.tagline = publication.tagline
    listing.language = publication.language or listing.language
    listing.version_number, listing.version_note, listing.version_at = (
        version.number,
        version.changes,
        version.created_at,
    )
    listing.topics = topics_of(version)
    for name, value in facets_of(publication.disclosure).items():
        setattr(listing, name, value)
    listing.is_verified = bool(first_domain(listing.organisation_id))
    listing.save(update_fields=COPIED)
    index_listing(listing)
    note_disclosure(listing, publication)


def creator_name(organisation: Organisation, user: User | None) -> str:
    """Whose name stands under a listing: the organisation's, or the person's where it is only theirs."""
    personal = organisation.kind == Organisation.Kind.PERSONAL
    return user.display_name if personal and user else organisation.name
