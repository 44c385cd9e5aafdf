"""What people say about the demo's assistants, and the page of one of their creators."""

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from kernel.tenancy import tenant_scope
from organisations.actions.create_person import AddressTaken, create_person
from organisations.actors import Actor
from organisations.queries import actor_for
from store.actions.reply_to_review import reply_to_review
from store.actions.save_creator_page import CreatorFields, save_creator_page
from store.actions.spread_verification import note_proved
from store.actions.write_review import write_review
from store.creators.queries import own_page
from store.demo.content import HARBOUR
from store.models import DomainProof, Listing, Use

# Nobody can sign in as them: they have no password.
READERS = {
    "ines@readers.bottega.local": "Ines",
    "tomas@readers.bottega.local": "Tomas",
    "wen@readers.bottega.local": "陈文",
}
# By an assistant's slug: who gives it how many stars, with which words.
OPINIONS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "wood-library": (
        (
            "ines",
            5,
            "Told me why my oak shelf had turned black around the screws, with the paragraph to read.",
        ),
        ("tomas", 4, "Good on solid wood, thinner on plywood and veneers."),
        ("wen", 5, "问它椅子用什么木头，答得有根有据，每句话都有出处。"),
    ),
    "plain-words": (
        (
            "ines",
            5,
            "Cut a refusal letter of two pages to half a page, and nobody has rung since to ask what it means.",
        ),
        ("tomas", 5, "The checklist for the last look is on my wall now."),
        ("wen", 4, "给外国住户写通知时很有用，要是也懂中文公文就更好了。"),
    ),
    "bread-bench": (("tomas", 4, "My second loaf rose. It says so when it does not know a flour."),),
    "chazhuo": (("wen", 5, "水温和时间说得清楚，还会先问我用什么壶。"),),
}
REPLY = "Thank you. A chapter on plywood and veneers is being written, and comes with the next version."
ABOUT = (
    "We make small assistants for people who work with their hands and with letters: each knows one book well,"
    " says where it read something, and says so when it does not know."
)
DOMAIN = "harbour-pine.example"


def show_creator(actor: Actor) -> None:
    """Give a demo organisation that has none a page, with a domain that its first owner confirmed."""
    with tenant_scope(actor.organisation):
        if actor.organisation.name != HARBOUR or own_page(actor.organisation) is not None:
            return
    links = [{"label": "Our workshop", "url": f"https://{DOMAIN}/"}]
    fields = CreatorFields(handle="harbour-and-pine", about=ABOUT, links=links, is_public=True)
    save_creator_page(actor=actor, fields=fields)
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        note_proved(
            DomainProof(
                organisation=actor.organisation,
                domain=DOMAIN,
                method=DomainProof.Method.EMAIL,
                address=f"hello@{DOMAIN}",
                checked_at=timezone.now(),
            )
        )


def say_opinions(actor: Actor, slug: str, listing: Listing) -> None:
    """Let the demo's readers, who are of no organisation that makes assistants, rate one of them."""
    if not listing.is_live:  # moderators look at it first
        return
    for name, stars, text in OPINIONS.get(slug, ()):
        person = reader(f"{name}@readers.bottega.local")
        _use(person, listing)
        with override("en"):
            review = write_review(actor=person, slug=slug, stars=stars, text=text)
        if stars < 5 and slug == "wood-library":
            reply_to_review(actor=actor, review_id=review.public_id, text=REPLY)


def reader(email: str) -> Actor:
    """One of the readers, made when they are first needed."""
    with suppress(AddressTaken):  # they are there already, or another job makes them at this moment
        create_person(email=email, name=READERS[email])
    user = User.objects.get(email=email)
    user.created_at = timezone.now() - timedelta(days=200)
    user.save(update_fields=["created_at"])
    actor = actor_for(user)
    assert actor is not None
    return actor


def _use(reader: Actor, listing: Listing) -> None:
    now = timezone.now()
    with tenant_scope(reader.organisation):
        Use.unscoped.get_or_create(
            organisation=reader.organisation,
            user=reader.user,
            publication_id=listing.publication.public_id,
            defaults={"turns": 9, "days": 3, "first_at": now - timedelta(days=20), "last_at": now},
        )
