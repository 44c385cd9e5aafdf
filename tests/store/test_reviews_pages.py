"""Reviews on pages and over REST: who may write, what is shown, replies, votes, reports, feedback."""

import pytest
from django.test import Client

from accounts.staff import Staff
from events.models import Notification
from kernel.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import across_organisations, tenant_scope
from organisations.queries import memberships_of
from store.actions.delete_review import delete_review
from store.actions.follow_listing_reviews import follow_listing_reviews
from store.actions.read_feedback import read_feedback
from store.actions.reply_to_review import reply_to_review
from store.actions.report_review import report_review
from store.actions.send_feedback import send_feedback
from store.actions.set_review_state import set_review_state
from store.actions.update_listing import update_listing
from store.actions.vote_for_review import vote_for_review
from store.actions.write_review import write_review
from store.fields import ListingFields
from store.models import Case, Feedback, Listing, Review
from store.personal_data import erase, export
from store.reviews.queries import Wish, page_of_reviews
from tests.factories.organisations import make_actor
from tests.factories.reviews import make_reader, make_review, make_use
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listing(alice):
    return make_listing(alice, "Reply Desk")


@pytest.fixture
def slug(listing):
    return listing.publication.slug


def present(listing):
    with tenant_scope(listing.organisation_id):
        return Listing.objects.for_organisation(listing.organisation_id).get(pk=listing.pk)


def shown(actor, listing, **wish):
    with tenant_scope(actor.organisation):
        return [row.stars for row in page_of_reviews(listing, Wish(**wish)).results]


def notices(actor, kind):
    with tenant_scope(actor.organisation):
        rows = Notification.objects.for_organisation(actor.organisation).filter(user=actor.user, kind=kind)
        return [row.title_words for row in rows.order_by("pk")]


def test_only_those_who_have_used_it(charlie, listing, slug):
    with pytest.raises(Conflict) as refusal:
        write_review(actor=charlie, slug=slug, stars=5)
    assert refusal.value.code == "not_used_enough" and "3 more" in refusal.value.message
    make_use(charlie, listing, turns=2)
    with pytest.raises(Conflict):
        write_review(actor=charlie, slug=slug, stars=5)


def test_use_counts_whichever_organisation_somebody_acts_in(charlie, listing, slug):
    make_use(charlie, listing)
    elsewhere = make_actor(charlie.user, memberships_of(charlie.user)[0].organisation)
    assert write_review(actor=elsewhere, slug=slug, stars=5).stars == 5


def test_nobody_rates_their_own_organisations(alice, bob, listing, slug):
    for actor in (alice, bob, make_actor(bob.user, memberships_of(bob.user)[0].organisation)):
        make_use(actor, listing)
        with pytest.raises(PermissionDenied) as refusal:
            write_review(actor=actor, slug=slug, stars=5)
        assert refusal.value.code == "own_listing"


def test_a_second_one_changes_the_first(charlie, listing, slug):
    make_use(charlie, listing)
    write_review(actor=charlie, slug=slug, stars=5, text="Good")
    write_review(actor=charlie, slug=slug, stars=2, text="Not so good")
    assert shown(charlie, listing) == [2] and present(listing).stars == 2


@pytest.mark.parametrize(("stars", "text"), [(0, ""), (6, ""), (5, "x" * 2001), (5, "a\x00b")])
def test_what_is_no_review(charlie, listing, slug, stars, text):
    make_use(charlie, listing)
    with pytest.raises(InvalidInput):
        write_review(actor=charlie, slug=slug, stars=stars, text=text)


def test_orders_and_filters(charlie, listing, slug):
    made = [make_review(listing, stars) for stars in (3, 5, 1)]
    vote_for_review(actor=charlie, slug=slug, review_id=made[2].public_id, helpful=True)
    assert shown(charlie, listing) == [1, 5, 3]
    assert shown(charlie, listing, sort="new") == [1, 5, 3]
    assert shown(charlie, listing, sort="best") == [5, 3, 1]
    assert shown(charlie, listing, sort="worst") == [1, 3, 5]
    assert shown(charlie, listing, stars=3) == [3]
    assert shown(charlie, listing, version=2) == []


def test_votes_count_a_person_once_and_not_everybody(alice, charlie, listing, slug):
    review = make_review(listing)
    for _ in range(2):
        voted = vote_for_review(actor=charlie, slug=slug, review_id=review.public_id, helpful=True)
    assert voted.helpful == 1
    again = vote_for_review(actor=charlie, slug=slug, review_id=review.public_id, helpful=False)
    assert again.helpful == 0
    with pytest.raises(PermissionDenied):
        vote_for_review(actor=alice, slug=slug, review_id=review.public_id, helpful=True)


def test_the_creator_replies_and_the_author_hears_of_it(alice, charlie, listing, slug, run_jobs):
    make_use(charlie, listing)
    review = write_review(actor=charlie, slug=slug, stars=2, text="It misses leases")
    run_jobs()
    assert notices(alice, "review_written") == ["A new review of Reply Desk: 2 of 5 stars"]
    with pytest.raises(NotFound):
        reply_to_review(actor=charlie, review_id=review.public_id, text="Mine")
    reply_to_review(actor=alice, review_id=review.public_id, text="Leases come next week")
    reply_to_review(actor=alice, review_id=review.public_id, text="Leases are there")
    run_jobs()
    assert notices(charlie, "review_replied") == ["Harbour & Pine replied to your review of Reply Desk"]
    assert b"Leases are there" in Client().get(f"/a/{slug}/reviews").content


def test_strangers_read_and_no_longer_when_it_is_not_for_them(alice, charlie, listing, slug):
    make_review(listing, 4, "Found the clause at once")
    assert b"Found the clause" in Client().get(f"/a/{slug}/reviews").content
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(visibility="organisation"))
    follow_listing_reviews(organisation_id=alice.organisation.pk, payload={"listing": listing.public_id})
    assert Client().get(f"/a/{slug}/reviews").status_code == 404
    with tenant_scope(charlie.organisation):
        assert not Review.objects.across_organisations(reason="test").exists()


def test_the_page_and_its_part(charlie, listing, slug):
    for stars in (5, 4, 5, 3, 5):
        make_review(listing, stars)
    make_use(charlie, listing)
    client = client_for(charlie)
    whole, part = (
        client.get(f"/a/{slug}/reviews"),
        client.get(f"/a/{slug}/reviews", headers={"HX-Request": "true"}),
    )
    assert b"<html" in whole.content and b"<html" not in part.content
    assert b"4.4" in part.content and part.content.count(b"<article") == 4
    assert b"Read all 5 reviews" in part.content and b"Write a review" in part.content


def test_the_form_keeps_what_was_typed(charlie, listing, slug):
    make_use(charlie, listing)
    client = client_for(charlie)
    answer = client.post(f"/a/{slug}/reviews/write", {"text": "Kept words"}, headers={"HX-Request": "true"})
    assert b"Kept words" in answer.content and answer.status_code == 200
    done = client.post(
        f"/a/{slug}/reviews/write", {"stars": "4", "text": "Kept"}, headers={"HX-Request": "true"}
    )
    assert done.headers["HX-Redirect"] == f"/a/{slug}#reviews"
    assert client.post(f"/a/{slug}/reviews/delete").status_code == 302
    assert shown(charlie, listing) == []


def test_markup_in_a_review_is_words(listing, slug):
    make_review(listing, 5, "<script>alert(1)</script><img src=x onerror=alert(1)>")
    page = Client().get(f"/a/{slug}/reviews").content
    assert b"<script>alert" not in page and b"<img src=x" not in page


def test_over_rest(charlie, listing, slug):
    make_use(charlie, listing)
    client, address = api_client_for(charlie), f"/api/v1/store/listings/{slug}/ratings"
    put = client.put(address, {"stars": 4, "text": "Good on leases"})
    assert (put.status_code, put.json()["stars"], put.json()["version"]) == (200, 4, 1)
    assert client.put(address, {"stars": 9}).status_code == 400
    assert client.put(address, {"stars": 4, "weight": 5}).status_code == 400
    found = Client().get(address).json()
    assert (found["count"], found["average"], found["histogram"]["4"]) == (1, None, 1)
    assert [one["text"] for one in found["results"]] == ["Good on leases"] and found["own"] is None
    assert client.get(address).json()["own"]["stars"] == 4
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404


def test_a_reported_review_is_decided_by_moderators(alice, listing, slug):
    from accounts.actions.grant_staff import grant_staff
    from store.actions.decide_case import decide_case
    from store.moderation.outcomes import Verdict
    from tests.fixtures.people import make_user

    review = make_review(listing, 1, "Buy at my shop instead")
    reader = make_reader(listing)
    report_review(actor=reader, slug=slug, review_id=review.public_id, reason="spam")
    with tenant_scope(alice.organisation):
        case = Case.objects.for_organisation(alice.organisation).get(review=review)
    staff = Staff(grant_staff(email=make_user("mod@example.org").email, role="moderator"))
    decide_case(staff=staff, case_id=case.public_id, verdict=Verdict("reject", reasons=["spam"]))
    assert shown(reader, listing) == [] and present(listing).reviews_count == 0
    assert present(listing).state == "live"


def test_feedback_reaches_the_creator_alone_named_or_not(alice, bob, charlie, listing, slug, run_jobs):
    send_feedback(actor=charlie, slug=slug, text="Add leases please")
    send_feedback(actor=charlie, slug=slug, text="And rents", named=True)
    run_jobs()
    assert len(notices(alice, "feedback_sent")) == 2
    with across_organisations(reason="test"):
        rows = Feedback.objects.across_organisations(reason="test").order_by("pk")
        assert list(rows.values_list("user_id", "author_name")) == [
            (None, ""),
            (charlie.user.pk, "Charlie Voss"),
        ]
    assistant = listing.publication.assistant.public_id
    page = client_for(alice).get(f"/build/{assistant}/feedback")
    assert b"Add leases please" in page.content and b"Charlie Voss" in page.content
    assert client_for(charlie).get(f"/build/{assistant}/feedback").status_code == 404
    assert client_for(bob).get(f"/build/{assistant}/feedback").status_code == 403
    assert read_feedback(actor=alice, assistant_id=assistant) == 2
    assert client_for(alice).post(f"/build/{assistant}/feedback/mark", {"read": "0"}).status_code == 302


def test_feedback_is_limited(charlie, listing, slug):
    client = api_client_for(charlie)
    sent = [client.post(f"/api/v1/store/listings/{slug}/feedback", {"text": "Again"}) for _ in range(6)]
    assert [one.status_code for one in sent] == [201] * 5 + [429]


def test_a_person_who_goes_takes_their_words_along(alice, charlie, listing, slug):
    make_use(charlie, listing)
    write_review(actor=charlie, slug=slug, stars=5, text="Mine")
    other = make_review(listing, 3)
    vote_for_review(actor=charlie, slug=slug, review_id=other.public_id, helpful=True)
    send_feedback(actor=charlie, slug=slug, text="And rents", named=True)
    held = export(charlie.user.pk)
    assert [one["text"] for one in held["reviews"]] == ["Mine"] and held["helpful"] == [other.public_id]
    erase(charlie.user.pk)
    assert present(listing).stars == 3 and shown(alice, listing) == [3]
    left = export(charlie.user.pk)
    assert not any(left.values())


def test_what_a_moderator_took_away_waits_after_a_change(charlie, listing, slug):
    make_use(charlie, listing)
    review = write_review(actor=charlie, slug=slug, stars=1, text="Rude words")
    with tenant_scope(listing.organisation_id):
        set_review_state(review, "hidden")
    assert write_review(actor=charlie, slug=slug, stars=2, text="Better words").state == "held"
    assert b"is shown" in client_for(charlie).get(f"/a/{slug}/reviews").content


def test_taking_a_hidden_review_back_and_writing_again_does_not_pass_moderators_by(alice):
    listing = make_listing(alice, "Wood Library")
    reader = make_reader(listing)
    review = make_review(listing, 1, "Buy cheap watches here", actor=reader)
    with tenant_scope(alice.organisation, durable=True):
        set_review_state(review, "hidden")
    delete_review(actor=reader, slug=listing.publication.slug)
    again = make_review(listing, 5, "Buy cheap watches there", actor=reader)
    assert again.state == "held"
