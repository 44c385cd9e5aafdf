"""Each role of the staff sees its own pages and no others; everybody else sees that there is nothing."""

import pytest
from django.test import Client, override_settings

from accounts.models import User
from accounts.staff import Staff
from organisations.actors import Actor
from organisations.staffing.site import site
from tests.fixtures.people import client_for
from tests.staff.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = {
    "/staff/organisations/organisation/": {"operator"},
    "/staff/accounts/user/": {"operator"},
    "/staff/providers/provider/": {"operator"},
    "/staff/providers/model/": {"operator"},
    "/staff/providers/modelalias/": {"operator"},
    "/staff/providers/price/": {"operator"},
    "/staff/kernel/outboxevent/": {"operator"},
    "/staff/kernel/featureswitch/": {"operator"},
    "/staff/jobs/": {"operator"},
    "/staff/business/": {"finance"},
    "/staff/building/publication/": {"moderator"},
    "/staff/store/listing/": {"moderator"},
    "/staff/store/showcase/": {"moderator"},
    "/staff/billing/allowanceperiod/": {"finance"},
    "/staff/billing/usagedaily/": {"finance"},
    "/staff/billing/meteringcheck/": {"operator", "finance"},
    "/staff/billing/budget/": {"operator", "finance"},
    "/staff/billing/plan/": {"operator", "finance"},
    "/staff/billing/organisationplan/": {"operator", "finance"},
    "/staff/billing/stripeevent/": {"finance"},
    "/staff/billing/meterreport/": {"finance"},
    "/staff/billing/payout/": {"finance"},
    "/staff/billing/payoutfile/": {"finance"},
    "/staff/billing/payoutaccount/": {"finance"},
    "/staff/billing/payment/": {"finance"},
    "/staff/billing/balanceline/": {"finance"},
    "/staff/billing/sale/": {"finance"},
    "/staff/billing/refundrequest/": {"finance"},
    "/staff/billing/wallet/": {"finance"},
    "/staff/billing/subscription/": {"finance"},
    "/staff/billing/coupon/": {"finance"},
    "/staff/billing/creditrefund/": {"finance"},
    "/staff/billing/earningreview/": {"finance"},
    "/staff/billing/shareagreement/": {"finance"},
    "/staff/billing/monthclose/": {"finance"},
    "/staff/billing/statementmonth/": {"finance"},
    "/staff/accounts/staffaction/": {"operator", "moderator", "finance"},
}


def test_the_list_above_names_every_page() -> None:
    tables = {f"/staff/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry}
    assert tables | {f"/staff/{page.name}/" for page in site.pages} == set(PAGES)


@pytest.mark.parametrize("role", ["operator", "moderator", "finance"])
def test_each_role_sees_its_pages(role: str, olga: Staff, mo: Staff, fay: Staff) -> None:
    browser = browser_of({"operator": olga, "moderator": mo, "finance": fay}[role])
    assert browser.get("/staff/").status_code == 200
    answers = {page: browser.get(page).status_code for page in PAGES}
    seen = {page for page, status in answers.items() if status == 200}
    assert seen == {page for page, roles in PAGES.items() if role in roles}
    assert {status for page, status in answers.items() if page not in seen} <= {403, 404}


@pytest.mark.parametrize("page", ["/staff/", *PAGES])
def test_for_customers_there_is_nothing(page: str, alice: Actor) -> None:
    assert client_for(alice).get(page).status_code == 404


def test_strangers_are_asked_to_sign_in(client: Client, db: None) -> None:
    assert "/accounts/login/" in client.get("/staff/accounts/user/").headers["Location"]


def test_staff_without_a_role_or_an_active_account_do_not_enter(olga: Staff) -> None:
    browser = browser_of(olga)
    User.objects.filter(pk=olga.user.pk).update(staff_role="")
    assert browser.get("/staff/").status_code == 404
    User.objects.filter(pk=olga.user.pk).update(staff_role="operator", is_active=False)
    assert "/login" in browser.get("/staff/").headers["Location"]


def test_in_production_staff_need_a_second_factor(olga: Staff) -> None:
    with override_settings(PRODUCTION=True):
        assert browser_of(olga).get("/staff/").headers["Location"] == "/account/security"


def test_nothing_is_added_changed_or_deleted_in_tables(olga: Staff, alice: Actor) -> None:
    browser, row = browser_of(olga), f"/staff/organisations/organisation/{alice.organisation.pk}"
    assert browser.get(f"{row}/change/").status_code == 200
    for path in (f"{row}/change/", f"{row}/delete/", "/staff/organisations/organisation/add/"):
        assert browser.post(path, {"name": "Mine now", "post": "yes"}).status_code == 403
    alice.organisation.refresh_from_db()
    assert alice.organisation.name == "Harbour & Pine"


def test_only_the_staffs_pages_loosen_the_content_policy(olga: Staff) -> None:
    browser = browser_of(olga)
    policy = browser.get("/staff/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in policy + ";"
    assert "unsafe" not in browser.get("/notifications/").headers["Content-Security-Policy"]
