"""Published assistants and their listings, made through the house's own actions."""

from itertools import count

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.publish_version import publish_version
from assistants.building.models import Assistant
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from store.actions.create_listing import create_listing
from store.actions.submit_listing import submit_listing
from store.fields import ListingFields
from store.models import Listing
from store.queries import access_listing

_numbers = count(1)


def make_published(
    actor: Actor,
    name: str = "",
    *,
    tagline: str = "Says what it knows",
    language: str = "en",
    starters: list[str] | None = None,
) -> Assistant:
    """An assistant with a first version that only its builders may use."""
    profile = {"tagline": tagline, "starters": starters or ["What do you know?"]}
    draft = {"profile": profile, "language": language, "instructions": {"text": "Answer kindly."}}
    assistant = create_assistant(actor=actor, name=name or f"Assistant {next(_numbers)}", draft=draft)
    publish_version(actor=actor, assistant_id=assistant.public_id, note="The first one")
    return assistant


def make_listing(
    actor: Actor,
    name: str = "",
    *,
    visibility: str = "public",
    live: bool = True,
    tagline: str = "Says what it knows",
    language: str = "en",
    **fields: str,
) -> Listing:
    """A listing, live for its audience by default."""
    assistant = make_published(actor, name, tagline=tagline, language=language)
    listing = create_listing(
        actor=actor, assistant_id=assistant.public_id, fields=ListingFields(visibility=visibility, **fields)
    )
    if live:
        submit_listing(actor=actor, listing_id=listing.public_id)
    with tenant_scope(actor.organisation):
        return access_listing(actor, listing.public_id)
