"""Publish an assistant of the demo when its knowledge can be searched."""

from contextlib import suppress

from accounts.models import User
from accounts.staff import Staff
from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.set_publication import set_publication
from assistants.building.models import Assistant
from assistants.knowledge.queries import manifest, source_count, totals
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.queries import actor_for, memberships_of
from store.actions.create_department import create_department
from store.actions.create_listing import create_listing
from store.actions.feature_listing import feature_listing
from store.actions.install_listing import install_listing
from store.actions.place_listing import place_listing
from store.actions.submit_listing import submit_listing
from store.actions.suspend_listing import begin_case
from store.demo.content import DEMO_ASSISTANTS, DEPARTMENTS, HARBOUR, MEMBER, STAFF, DemoAssistant
from store.demo.counts import lay_out_counts
from store.demo.opinions import say_opinions, show_creator
from store.demo.sales import sell
from store.fields import ListingFields
from store.models import Department, Listing
from store.queries import listing_of_assistant

# A case for moderators to begin with.
LOOKED_AT = "wood-library"
WHY = "Somebody asked by e-mail whether its advice about treated wood is safe to follow."


def publish_demo_assistant(*, email: str, slug: str) -> bool:
    """Publish and list one assistant, going on where an earlier try stopped; False while its documents are being read."""
    demo = next(item for item in DEMO_ASSISTANTS if item.slug == slug)
    actor = _acting(email, demo.organisation)
    with tenant_scope(actor.organisation):
        rows = Assistant.objects.for_organisation(actor.organisation).filter(name=demo.name, deleted_at=None)
        assistant: Assistant | None = rows.select_related("source_set").first()
        if assistant is None:
            return True
        publication, listing = listing_of_assistant(actor, assistant.public_id)
        if publication is None and not _is_read(assistant):
            return False
    if publication is None:
        publish_version(actor=actor, assistant_id=assistant.public_id, note=demo.note, changes=demo.note)
    if listing is None:
        listing = _begin_listing(actor, demo, assistant)
    if listing.state == Listing.State.DRAFT:
        _submit(actor, demo, listing)
    return True


def _is_read(assistant: Assistant) -> bool:
    searchable, read = len(manifest(assistant.source_set)), totals(assistant.source_set)
    return searchable + read.failed >= source_count(assistant.source_set)


def _begin_listing(actor: Actor, demo: DemoAssistant, assistant: Assistant) -> Listing:
    set_publication(actor=actor, assistant_id=assistant.public_id, visibility="private", slug=demo.slug)
    fields = ListingFields(
        visibility=demo.visibility,
        category=demo.category,
        tagline=demo.tagline,
        description=demo.description,
        trial=demo.trial,
        sample=[
            {"role": role, "text": text}
            for pair in demo.sample
            for role, text in zip(("user", "assistant"), pair, strict=True)
        ],
    )
    return create_listing(actor=actor, assistant_id=assistant.public_id, fields=fields)


def _submit(actor: Actor, demo: DemoAssistant, listing: Listing) -> None:
    show_creator(actor)
    submitted = submit_listing(actor=actor, listing_id=listing.public_id)
    _place(actor, demo, submitted)
    say_opinions(actor, demo.slug, submitted)
    sell(actor, demo.slug, submitted)
    if demo.visibility == "public":
        lay_out_counts(submitted, demo.slug)
    if demo.featured:
        feature_listing(slug=demo.slug)
    if demo.pinned:
        _pin(demo, listing)
    if demo.slug == LOOKED_AT:
        begin_case(staff=Staff(User.objects.get(email=STAFF)), reference=listing.public_id, reason=WHY)


def _place(actor: Actor, demo: DemoAssistant, listing: Listing) -> None:
    """In a department of its team's directory."""
    name = DEPARTMENTS.get(demo.slug)
    if name is None:
        return
    with suppress(InvalidInput):  # it is there, perhaps since another job made it a moment ago
        create_department(actor=actor, name=name)
    with tenant_scope(actor.organisation):
        department = Department.objects.for_organisation(actor.organisation).get(name=name)
    place_listing(actor=actor, listing_id=listing.public_id, department_id=department.public_id)


def _pin(demo: DemoAssistant, listing: Listing) -> None:
    """In the member's team, and in their personal workspace what is open to everybody."""
    install_listing(actor=_acting(MEMBER, HARBOUR), reference=listing.public_id)
    member = User.objects.get(email=MEMBER)
    personal = actor_for(member, memberships_of(member)[0].organisation_id)
    if demo.visibility == "public" and personal is not None:
        install_listing(actor=personal, reference=listing.public_id)


def _acting(email: str, organisation: str) -> Actor:
    user = User.objects.get(email=email)
    membership = next(m for m in memberships_of(user) if m.organisation.name == organisation)
    actor = actor_for(user, membership.organisation_id)
    assert actor is not None
    return actor
