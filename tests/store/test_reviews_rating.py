"""What stars come to: the Bayesian average, kept step by step and worked out anew."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from kernel.tenancy import tenant_scope
from store.actions.delete_review import delete_review
from store.actions.refresh_prior import refresh_prior
from store.actions.set_review_state import set_review_state
from store.actions.write_review import write_review
from store.models import Listing, RatingPrior, Review
from store.reviews.brigades import alike, weigh
from store.reviews.rating import MEAN_AT_FIRST, STRENGTH, bayesian, recompute
from tests.factories.reviews import make_reader, make_review
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = ("stars", "reviews_count", "rating", "star_counts", "rating_sum", "rating_weight")


def kept(listing):
    with tenant_scope(listing.organisation_id):
        fresh = Listing.objects.for_organisation(listing.organisation_id).get(pk=listing.pk)
    return {name: getattr(fresh, name) for name in KEPT}


def recomputed(listing):
    with tenant_scope(listing.organisation_id):
        fresh = Listing.objects.for_organisation(listing.organisation_id).get(pk=listing.pk)
        recompute(fresh)
    return {name: getattr(fresh, name) for name in KEPT}


def test_nobody_has_rated_it():
    assert bayesian(0, 0) == 0


def test_it_is_the_posterior_mean():
    assert bayesian(9, 2, mean=4.0) == (STRENGTH * 4.0 + 9) / (STRENGTH + 2)


def test_one_perfect_review_is_worth_less_than_many_good_ones():
    assert bayesian(5, 1) < bayesian(4.7 * 200, 200) < 4.7


def test_the_listing_counts_each_review_at_once(alice):
    listing = make_listing(alice)
    make_review(listing, 5)
    make_review(listing, 4)
    found = kept(listing)
    assert (found["stars"], found["reviews_count"]) == (9, 2)
    assert found["star_counts"] == [0, 0, 0, 1, 1]
    assert found["rating"] == bayesian(9, 2)


def test_the_mean_is_shown_from_three_people_on(alice):
    listing = make_listing(alice)
    for stars in (5, 4):
        make_review(listing, stars)
    assert Listing(**kept(listing)).rating_shown is None
    make_review(listing, 5)
    assert Listing(**kept(listing)).rating_shown == 4.7


def test_any_order_of_changes_is_exactly_what_recomputing_gives(alice):
    dice = random.Random(8)
    listing = make_listing(alice)
    slug = listing.publication.slug
    people = [make_reader(listing, days=dice.choice((2, 10, 90))) for _ in range(6)]
    reviews = {}
    for _ in range(30):
        person = dice.choice(people)
        act = dice.random()
        if person not in reviews or act < 0.5:
            reviews[person] = write_review(actor=person, slug=slug, stars=dice.randint(1, 5))
        elif act < 0.75:
            with tenant_scope(listing.organisation_id):
                set_review_state(reviews[person], dice.choice(("shown", "hidden", "held")))
        else:
            delete_review(actor=person, slug=slug)
            del reviews[person]
    assert kept(listing) == recomputed(listing)


def test_another_mean_rates_everything_exactly_as_recomputing_does(alice):
    listing = make_listing(alice)
    for stars, days in ((5, 60), (1, 10), (2, 3)):
        make_review(listing, stars, days=days)
    mean = refresh_prior()
    assert mean != MEAN_AT_FIRST and RatingPrior.objects.get().mean == mean
    found = kept(listing)
    assert found["rating"] == bayesian(found["rating_sum"] / 100, found["rating_weight"] / 100, mean=mean)
    assert found == recomputed(listing)


def test_a_mean_that_hardly_moves_changes_nothing(alice):
    make_review(make_listing(alice), 4)
    first = refresh_prior()
    assert refresh_prior() == first


@pytest.mark.parametrize(
    ("days", "others", "weight"),
    [(60, 0, 1.0), (10, 0, 0.5), (1, 0, 0.25), (60, 1, 0.5), (60, 3, 0.25), (60, 9, 0.0), (10, 1, 0.25)],
)
def test_new_accounts_and_colleagues_count_less(days, others, weight):
    assert weigh(age=timedelta(days=days), others=others) == weight


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("The best assistant I ever used!", "the BEST assistant, I ever used", True),
        ("这个助手非常好用，强烈推荐给大家", "这个助手非常好用，强烈推荐给大家！！", True),
        ("Found the clause in our lease", "It cannot read my handwriting at all", False),
        ("", "", False),
    ],
)
def test_texts_that_are_alike(first, second, same):
    assert (alike(first, second) >= 0.7) is same


def test_a_copied_text_is_held_and_counts_nothing(alice):
    listing = make_listing(alice)
    make_review(listing, 5, "The best assistant I ever used, five stars from me")
    copied = make_review(listing, 5, "the best assistant I ever used: five stars from me!!")
    assert (copied.state, copied.weight) == ("held", 0)
    assert kept(listing)["reviews_count"] == 1


def test_a_burst_is_held_and_a_case_says_why(alice):
    listing = make_listing(alice)
    states = [make_review(listing, 1).state for _ in range(12)]
    assert states == ["shown"] * 10 + ["held"] * 2
    with tenant_scope(alice.organisation):
        cases = list(Listing.objects.for_organisation(alice.organisation).get(pk=listing.pk).cases.all())
    assert [(case.kind, case.evidence["signs"]) for case in cases] == [("review", ["burst"])]


def test_many_are_no_burst_where_many_are_usual(alice):
    listing = make_listing(alice)
    people = User.objects.bulk_create(User(email=f"usual{number}@example.org") for number in range(70))
    where = {"organisation_id": listing.organisation_id, "listing": listing, "version_number": 1}
    with tenant_scope(alice.organisation):
        rows = (Review(user=user, from_organisation=user.pk, stars=4, **where) for user in people)
        made = Review.objects.bulk_create(rows)
        old = Review.objects.for_organisation(alice.organisation).filter(pk__in=[row.pk for row in made])
        old.update(created_at=timezone.now() - timedelta(days=5))
    assert [make_review(listing, 1).state for _ in range(12)] == ["shown"] * 12


def test_letting_a_held_review_through_counts_it(alice):
    listing = make_listing(alice)
    make_review(listing, 5, "The best assistant I ever used, five stars from me")
    copied = make_review(listing, 3, "The best assistant I ever used, five stars from me")
    with tenant_scope(alice.organisation):
        set_review_state(copied, "shown")
    assert kept(listing)["stars"] == 8 and kept(listing) == recomputed(listing)
