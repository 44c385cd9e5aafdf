"""What is one matter stands in one case: requests of several outsiders, and a burst of reviews."""

import pytest
from django.core import mail
from django.utils import translation

from kernel.tenancy import across_organisations, tenant_scope
from organisations.queries import anonymous_actor
from store.actions.answer_reporters import answer_reporters
from store.actions.decide_case import decide_case
from store.actions.report_listing import report_listing
from store.actions.report_review import report_review
from store.actions.request_takedown import confirm_takedown, fetched_secret, request_takedown
from store.actions.send_takedown_mail import send_takedown_outcome
from store.actions.settle_burst import settle_bursts
from store.models import Case, Report, Review, Takedown
from store.moderation.outcomes import Verdict
from store.reviews.rating import recompute
from tests.events.helpers import told
from tests.factories.organisations import make_actor
from tests.factories.reviews import make_reader, make_review
from tests.factories.store import make_listing
from tests.fixtures.people import client_for
from tests.store.test_moderation_journey import fresh, moderator, open_cases, takedown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mo():
    return moderator("mo")


def asked_by(listing, name, language="en"):
    """A confirmed request of an outsider."""
    fields = takedown(listing, name=name, email=f"{name.lower()}@out.example")
    with translation.override(language):
        made = request_takedown(actor=anonymous_actor(ip="192.0.2.7"), fields=fields)
    confirm_takedown(secret=fetched_secret(made.public_id))
    return made


def subjects(name):
    return [m.subject for m in mail.outbox if m.to == [f"{name}@out.example"]]


def test_each_of_several_outsiders_gets_a_receipt_and_the_outcome(alice, mo, run_jobs):
    listing = make_listing(alice, "Wood Library")
    asked_by(listing, "Rosa")
    asked_by(listing, "Emil")
    (case,) = open_cases("takedown")
    run_jobs()
    page = client_for(make_actor(mo.user)).get(f"/moderation/{case.public_id}").content.decode()
    assert "rosa@out.example" in page and "emil@out.example" in page
    for name in ("rosa", "emil"):
        assert subjects(name) == ["Your request about Wood Library has arrived"]
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("suspend", ["personal_data"]))
    run_jobs()
    for name in ("rosa", "emil"):
        assert subjects(name)[1:] == ["Your request about Wood Library is decided"]
    with across_organisations(reason="test"):
        keys = list(Takedown.unscoped.values_list("organisation_id", "public_id"))
    for organisation_id, takedown_id in keys:  # a job that is handed over twice
        assert not send_takedown_outcome(organisation_id=organisation_id, takedown_id=takedown_id)


def test_an_outsider_is_written_to_in_their_language(alice, run_jobs):
    asked_by(make_listing(alice, "Wood Library"), "Rosa", language="zh-hans")
    with across_organisations(reason="test"):
        assert Takedown.unscoped.get().language == "zh-hans"


def test_a_burst_of_reviews_is_one_case_and_one_decision(alice, mo, run_jobs):
    listing = make_listing(alice, "Wood Library")
    made = [make_review(listing, 1) for _ in range(13)]
    (case,) = open_cases("review")
    page = client_for(make_actor(mo.user)).get(f"/moderation/{case.public_id}").content.decode()
    assert "The 3 reviews" in page and "All of these reviews are hidden" in page
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("reject", ["spam"]))
    run_jobs()
    assert states(listing) == ["shown"] * 10 + ["hidden"] * 3
    assert fresh(alice, listing).reviews_count == 10
    # The next burst is another matter.
    make_review(listing, 1)
    (later,) = open_cases("review")
    assert later.public_id != case.public_id and len(made) == 13


def states(listing):
    with tenant_scope(listing.organisation_id):
        rows = Review.objects.for_organisation(listing.organisation_id).filter(listing=listing)
        return list(rows.order_by("id").values_list("state", flat=True))


def test_what_a_crash_left_of_a_burst_is_settled_later(alice, mo):
    listing = make_listing(alice, "Wood Library")
    for _ in range(13):
        make_review(listing, 5)
    (case,) = open_cases("review")
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("approve"))  # its job is lost
    assert states(listing).count("held") == 3
    assert settle_bursts() == 3 and settle_bursts() == 0
    assert states(listing) == ["shown"] * 13
    counted = fresh(alice, listing)
    with tenant_scope(alice.organisation):
        recompute(counted)
    assert fresh(alice, listing).rating_sum == counted.rating_sum


def test_a_reported_review_of_a_burst_stays_in_its_case(alice):
    listing = make_listing(alice, "Wood Library")
    last = [make_review(listing, 1) for _ in range(11)][-1]
    with tenant_scope(alice.organisation):
        Review.objects.for_organisation(alice.organisation).filter(pk=last.pk).update(state="shown")
    reader = make_reader(listing)
    report_review(actor=reader, slug=listing.publication.slug, review_id=last.public_id, reason="spam")
    (case,) = open_cases("review")
    assert case.evidence["signs"] == ["burst", "reported"]


def test_reporters_are_told_once_and_the_rest_after_a_crash(alice, charlie, mo, run_jobs):
    listing = make_listing(alice, "Wood Library")
    report_listing(actor=charlie, slug=listing.publication.slug, reason="child_safety")
    (case,) = open_cases("report")
    key = {"organisation_id": alice.organisation.pk, "case_id": case.public_id}
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("dismiss"))
    answer_reporters(**key)
    answer_reporters(**key)
    run_jobs()
    assert [row.kind for row in told(charlie)].count("report_answered") == 1


def test_a_report_after_a_decision_counts_again(alice, charlie, mo):
    listing = make_listing(alice, "Wood Library")
    for _round in range(2):
        report_listing(actor=charlie, slug=listing.publication.slug, reason="child_safety")
        (case,) = open_cases("report")
        decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("dismiss"))
    with across_organisations(reason="test"):
        assert Report.unscoped.count() == 1 and Case.unscoped.filter(kind="report").count() == 2
