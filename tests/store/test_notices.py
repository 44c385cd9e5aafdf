"""Owners hear what happens to their listings."""

import pytest

from accounts.actions.grant_staff import grant_staff
from accounts.staff import Staff
from kernel.outbox import deliver_events
from organisations.actors import Actor
from store.actions.suspend_listing import suspend_listing
from tests.events.helpers import told
from tests.factories.organisations import make_user
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


def test_live_and_suspended(alice: Actor) -> None:
    listing = make_listing(alice, "Wood Library")
    make_user("mo@example.org")
    staff = Staff(grant_staff(email="mo@example.org", role="moderator"))
    suspend_listing(staff=staff, listing_id=listing.public_id, reason="It says what is not so")
    deliver_events()
    found = {row.kind: (row.title_words, row.body_words) for row in told(alice)}
    assert found["listing_live"] == ("Wood Library is listed", "")
    assert found["listing_suspended"] == (
        "Wood Library was taken out of the store",
        "The reason: It says what is not so",
    )
