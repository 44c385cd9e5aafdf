"""Finance's pages of earnings: agreements, reviews, months and statements."""

import pytest
from django.utils import timezone

from accounts.models import User
from billing.models import EarningReview, MonthClose, ShareAgreement, StatementMonth
from billing.prices import this_month
from kernel.tenancy import across_organisations
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("shareagreement", "earningreview", "monthclose", "statementmonth")


@pytest.fixture
def finance(db):
    person = make_user("finance@example.org", staff=True)
    User.objects.filter(pk=person.pk).update(staff_role=User.StaffRole.FINANCE)
    return client_for(make_actor(User.objects.get(pk=person.pk)))


@pytest.fixture
def rows(alice, charlie):
    now = timezone.now()
    own = {"organisation_id": alice.organisation.pk}
    with across_organisations(reason="test"):
        review = EarningReview.objects.create(
            **own,
            payer_id=charlie.organisation.pk,
            since=now,
            until=now,
            held=3_000_000,
            evidence=[{"rule": "reciprocal", "bought": 9_000_000, "bought_back": 8_000_000}],
        )
        figures = {"accounts": {"cash": 5_000_000}}
        figures["differences"] = [{"check": "lines_differ", "owner": 7, "expected": 1, "found": 2}]
        close = MonthClose.objects.create(month=this_month(), state="refused", figures=figures)
        sums = dict.fromkeys(("opening", "taken_back", "paid_out", "other"), 0)
        statement = StatementMonth.objects.create(
            **own, month=this_month(), earned=4_000_000, closing=4_000_000, transactions=1, **sums
        )
    return {"earningreview": review.pk, "monthclose": close.pk, "statementmonth": statement.pk}


def test_lists_and_details_open(finance, rows):
    for page in PAGES:
        assert finance.get(f"/staff/billing/{page}/").status_code == 200
    for page, key in rows.items():
        assert finance.get(f"/staff/billing/{page}/{key}/change/").status_code == 200
    shown = finance.get(f"/staff/billing/earningreview/{rows['earningreview']}/change/").content.decode()
    assert "€9.00" in shown and "€8.00" in shown and "Foxglove" in shown
    assert (
        "lines_differ"
        in finance.get(f"/staff/billing/monthclose/{rows['monthclose']}/change/").content.decode()
    )


def test_a_review_is_decided_with_a_reason(finance, rows):
    address = f"/staff/billing/earningreview/{rows['earningreview']}/do/clear/"
    assert finance.post(address, {"reason": "no"}).status_code == 400
    assert finance.post(address, {"reason": "A real customer."}).status_code == 302
    with across_organisations(reason="test"):
        review = EarningReview.objects.across_organisations(reason="test").get()
    assert (review.state, review.decided_by) == ("cleared", "finance@example.org")
    assert finance.post(address, {"reason": "A real customer."}).status_code == 409


def test_an_agreement_is_made_and_ended(finance, alice):
    form = {"organisation": alice.organisation.slug, "percent": "91.5", "since": f"{timezone.now():%Y-%m-%d}"}
    assert (
        finance.post("/staff/billing/shareagreement/add/", form | {"reason": "A partner."}).status_code == 302
    )
    with across_organisations(reason="test"):
        made = ShareAgreement.objects.across_organisations(reason="test").get()
    assert made.share_bp == 9_150
    page = finance.get(f"/staff/billing/shareagreement/{made.pk}/change/").content.decode()
    assert "91.5 %" in page
    end = f"/staff/billing/shareagreement/{made.pk}/do/end/"
    assert finance.post(end, {"reason": "No longer."}).status_code == 302
    assert finance.post(end, {"reason": "No longer."}).status_code == 409


def test_others_see_nothing(client, alice, rows):
    for page in PAGES:
        assert client_for(alice).get(f"/staff/billing/{page}/").status_code in (302, 403, 404)
