"""What somebody is suggested, why, and what never plays a part in it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from store.actions.find_neighbours import find_neighbours
from store.actions.install_listing import install_listing
from store.actions.set_suggestions import set_suggestions
from store.models import Entry, Listing, Neighbour
from store.suggesting import for_you
from tests.factories.counting import make_person
from tests.factories.reviews import make_use
from tests.factories.store import make_listing
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def suggested(actor: Actor, limit: int = 6) -> list[Entry]:
    with tenant_scope(actor.organisation):
        return for_you(actor, limit)


def use_together(*listings: Listing, people: int = 3) -> list[Actor]:
    made = [make_person() for _ in range(people)]
    for person in made:
        for listing in listings:
            make_use(person, listing)
    return made


def test_what_others_use_beside_it_is_suggested_with_the_reason(alice: Actor) -> None:
    used, near, far = make_listing(alice, "Bread"), make_listing(alice, "Cakes"), make_listing(alice, "Tax")
    use_together(used, near)
    assert find_neighbours() == 2
    person = make_person()
    make_use(person, used)
    assert len(suggested(person)) == 1  # and the organisation's policy is known for a while
    with tenant_scope(person.organisation), CaptureQueriesContext(connection) as asked:
        found = for_you(person)
    assert [(entry.pk, str(entry.because)) for entry in found] == [(near.pk, "Because you use Bread")]  # type: ignore[attr-defined]
    assert len(asked) == 2
    assert far.pk not in [entry.pk for entry in found]


def test_what_they_have_is_not_suggested(alice: Actor) -> None:
    used, near = make_listing(alice, "Bread"), make_listing(alice, "Cakes")
    use_together(used, near)
    find_neighbours()
    person = make_person()
    make_use(person, used)
    install_listing(actor=person, reference=near.public_id)
    assert suggested(person) == []


def test_few_people_or_one_organisation_make_no_neighbours(alice: Actor, charlie: Actor) -> None:
    first, second = make_listing(alice), make_listing(alice)
    use_together(first, second, people=2)
    assert find_neighbours() == 0


def test_private_listings_neither_appear_nor_shape_what_appears(alice: Actor, bob: Actor) -> None:
    public, private = make_listing(alice, "Bread"), make_listing(alice, "Secret", visibility="organisation")
    use_together(public, private)
    assert find_neighbours() == 0
    make_use(bob, private)
    assert suggested(bob) == []
    for one, other in ((public, private), (private, public)):
        Neighbour.objects.create(listing=one, other=other, weight=1)
    person = make_person()
    make_use(person, public)
    assert suggested(person) == []


def test_what_is_used_in_one_organisation_is_not_told_in_another(alice: Actor, charlie: Actor) -> None:
    from dataclasses import replace

    used, near = make_listing(alice), make_listing(alice)
    use_together(used, near)
    find_neighbours()
    make_use(charlie, used)
    assert [entry.pk for entry in suggested(charlie)] == [near.pk]
    assert suggested(replace(make_person(), user=charlie.user)) == []


def test_whoever_switched_it_off_gets_none_and_shapes_none(alice: Actor) -> None:
    used, near = make_listing(alice), make_listing(alice)
    people = use_together(used, near)
    find_neighbours()
    person = make_person()
    make_use(person, used)
    client = client_for(person)
    assert near.name in client.get("/store/for-you").content.decode()
    assert "Because you use" in client.get("/store/for-you", headers={"HX-Request": "true"}).content.decode()
    client.post("/store/for-you/switch", {"wanted": "0"})
    assert suggested(person) == []
    page = client.get("/store/for-you").content.decode()
    assert near.name not in page
    assert "Suggest by what I use" in page
    set_suggestions(actor=people[0], wanted=False)
    assert find_neighbours() == 0
    set_suggestions(actor=people[0], wanted=True)
    assert find_neighbours() == 2


def test_creators_take_turns_and_its_categories_fill_up(alice: Actor, charlie: Actor) -> None:
    used = make_listing(charlie, category="research")
    rest = [make_listing(alice, category="research") for _ in range(4)] + [
        make_listing(charlie, category="research")
    ]
    with across_organisations(reason="as counting does"):
        for place, listing in enumerate(rest):
            Listing.unscoped.filter(pk=listing.pk).update(trend=100 - place)
    person = make_person()
    make_use(person, used)
    found = suggested(person)
    assert [entry.pk for entry in found] == [rest[0].pk, rest[4].pk, rest[1].pk]
    assert str(found[0].because).startswith("Much used in")  # type: ignore[attr-defined]


def test_strangers_and_newcomers_get_none(alice: Actor) -> None:
    make_listing(alice)
    assert suggested(make_person()) == []
