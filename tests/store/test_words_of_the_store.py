"""Words that no listing says any more are no suggestion for what somebody may have meant."""

import pytest

from store.actions.drop_old_words import drop_old_words
from store.actions.update_listing import update_listing
from store.fields import ListingFields
from store.models import StoreWord
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


def words():
    return set(StoreWord.objects.values_list("word", flat=True))


def test_what_nobody_says_goes_and_what_is_said_stays(alice):
    listing = make_listing(alice, "木材图书馆 Carpentry", description="Glueing of dovetailed drawers")
    assert {"dovetailed", "carpentry", "木材图书馆"} <= words()
    assert drop_old_words() == 0
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(description="Planing"))
    assert drop_old_words() >= 2
    left = words()
    assert {"carpentry", "木材图书馆", "planing"} <= left and "dovetailed" not in left
