"""What staff change, they change with a reason, and it is written down."""

from typing import Any

import pytest
from django.db import DatabaseError, connection

from accounts.actions.grant_staff import grant_staff
from accounts.models import StaffAction, User
from accounts.staff import NotYourTask, Staff
from assistants.building.models import Publication
from billing.queries import allowance_status
from kernel.errors import InvalidInput
from kernel.models import FeatureSwitch, OutboxEvent
from kernel.outbox import MAX_ATTEMPTS, deliver_events, publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.suspend_organisation import suspend_organisation
from organisations.actors import Actor
from organisations.models import AuditEntry
from organisations.queries import actor_for
from providers.models import Model, Provider
from store.actions.decide_case import SecondPersonNeeded, decide_case
from store.models import Case
from store.moderation.outcomes import Verdict
from tests.factories.building import make_publication
from tests.factories.organisations import make_user
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for, client_for
from tests.staff.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"reason": "Asked for in ticket 7"}


def do(staff: Staff, table: str, key: int, act: str, **data: Any) -> Any:
    """Send the form of an act."""
    return browser_of(staff).post(f"/staff/{table}/{key}/do/{act}/", WHY | data)


def audited(actor: Actor) -> list[tuple[str, str]]:
    with tenant_scope(actor.organisation):
        rows = AuditEntry.objects.for_organisation(actor.organisation).exclude(staff_label="")
        return list(rows.order_by("id").values_list("action", "staff_label"))


def logged() -> list[tuple[str, str]]:
    rows = StaffAction.objects.exclude(action="staff.granted").order_by("id")
    return list(rows.values_list("action", "reason"))


def test_a_suspended_organisation_is_closed_at_once(olga: Staff, alice: Actor) -> None:
    browser, client = client_for(alice), api_client_for(alice)
    publication = make_publication(alice, "public")
    assert do(olga, "organisations/organisation", alice.organisation.pk, "suspend").status_code == 302
    assert alice.user
    assert b"Harbour" not in browser.get("/organisation/").content
    assert client.get("/api/v1/me").status_code == 401
    found = actor_for(alice.user, alice.organisation.pk)
    assert found and found.organisation != alice.organisation
    assert client_for(alice).get(f"/a/{publication.slug}").status_code == 404
    do(olga, "organisations/organisation", alice.organisation.pk, "resume")
    assert client.get("/api/v1/me").status_code == 200
    assert logged() == [
        ("organisation.suspended", WHY["reason"]),
        ("organisation.resumed", WHY["reason"]),
    ]
    assert audited(alice) == [
        ("organisation.suspended", "olga@example.org"),
        ("organisation.resumed", "olga@example.org"),
    ]


def test_nothing_is_done_without_a_reason(olga: Staff, alice: Actor) -> None:
    answer = browser_of(olga).post(
        f"/staff/organisations/organisation/{alice.organisation.pk}/do/suspend/", {"reason": " "}
    )
    assert answer.status_code == 400
    with pytest.raises(InvalidInput):
        suspend_organisation(staff=olga, organisation_id=alice.organisation.public_id, reason="no")
    assert logged() == []


def test_an_act_of_another_role_is_refused(mo: Staff, fay: Staff, alice: Actor) -> None:
    for staff in (mo, fay):
        assert do(staff, "organisations/organisation", alice.organisation.pk, "suspend").status_code == 404
        with pytest.raises(NotYourTask):
            suspend_organisation(staff=staff, organisation_id=alice.organisation.public_id, reason="because")


def test_a_deactivated_person_is_out_and_comes_back(olga: Staff, bob: Actor) -> None:
    assert bob.user
    browser, client = client_for(bob), api_client_for(bob)
    do(olga, "accounts/user", bob.user.pk, "deactivate")
    assert "/login" in browser.get("/organisation/").headers["Location"]
    assert client.get("/api/v1/me").status_code == 401
    do(olga, "accounts/user", bob.user.pk, "reactivate")
    assert client.get("/api/v1/me").status_code == 200


def test_signing_somebody_out_everywhere(olga: Staff, bob: Actor) -> None:
    assert bob.user
    browser = client_for(bob)
    do(olga, "accounts/user", bob.user.pk, "sign-out")
    assert "/login" in browser.get("/organisation/").headers["Location"]


def test_a_link_that_verifies_is_sent_again(olga: Staff, mailoutbox: list[Any]) -> None:
    erin = make_user("erin@example.org", verified=False)
    do(olga, "accounts/user", erin.pk, "verify")
    assert [message.to for message in mailoutbox] == [["erin@example.org"]]


def test_what_is_open_by_link_is_taken_down_by_two(mo: Staff, alice: Actor) -> None:
    other = grant_staff(email=make_user("nia@example.org").email, role="moderator")
    listing = make_listing(alice, "Wood Library", visibility="link")
    do(mo, "store/listing", listing.pk, "suspend")
    with across_organisations(reason="test"):
        case = Case.unscoped.get()
    assert case.state == "second" and case.lapses_at is not None
    assert do(mo, "building/publication", listing.publication_id, "suspend").status_code == 404
    with pytest.raises(SecondPersonNeeded):
        decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("suspend", ["spam"]))
    decide_case(staff=Staff(other), case_id=case.public_id, verdict=Verdict("suspend", ["spam"]))
    with tenant_scope(alice.organisation):
        assert Publication.unscoped.get(pk=listing.publication_id).state == "suspended"


def test_a_listing_leaves_the_store_and_comes_back(mo: Staff, alice: Actor) -> None:
    listing = make_listing(alice, "Wood Library")
    browser = client_for(alice)
    assert b"Wood Library" in browser.get("/").content
    do(mo, "store/listing", listing.pk, "suspend")
    assert b"Wood Library" not in browser.get("/").content
    do(mo, "store/listing", listing.pk, "restore")
    assert b"Wood Library" in browser.get("/").content


def test_finance_changes_a_limit(fay: Staff, alice: Actor) -> None:
    from billing.actions.set_allowance import set_allowance
    from billing.models import AllowancePeriod

    set_allowance(organisation=alice.organisation, limit=1)
    with across_organisations(reason="test"):
        period = AllowancePeriod.unscoped.get(organisation=alice.organisation)
    do(fay, "billing/allowanceperiod", period.pk, "change", limit="12.50")
    with tenant_scope(alice.organisation):
        assert allowance_status(alice.organisation).limit == 12_500_000
    assert ("allowance.changed", "fay@example.org") in audited(alice)


def test_prices_are_added_and_never_changed(olga: Staff) -> None:
    provider = Provider.objects.create(slug="acme", name="Acme", kind="openai")
    model = Model.objects.create(provider=provider, name="one", label="One")
    price = {"input_price": "0.5", "output_price": "2", "valid_from": "2099-01-01"}
    do(olga, "providers/model", model.pk, "price", **price)
    [made] = model.prices.all()
    assert (made.input_per_million, made.output_per_million) == (500_000, 2_000_000)
    assert do(olga, "providers/model", model.pk, "price", **price).status_code == 409
    do(olga, "providers/model", model.pk, "withdraw")
    model.refresh_from_db()
    assert not model.offered


def test_an_event_that_was_given_up_is_tried_again(olga: Staff, alice: Actor, run_jobs: Any) -> None:
    deliver_events()
    with tenant_scope(alice.organisation):
        publish_event(alice.organisation, "something.else", {})
    with across_organisations(reason="test", durable=True):
        rows = OutboxEvent.unscoped.filter(kind="something.else")
        rows.update(attempts=MAX_ATTEMPTS)
        event = rows.get()
    run_jobs()
    do(olga, "kernel/outboxevent", event.pk, "retry")
    run_jobs()
    with across_organisations(reason="test"):
        assert OutboxEvent.unscoped.get(pk=event.pk).delivered_at is not None


def test_the_log_of_the_staff_is_only_added_to(olga: Staff) -> None:
    line = StaffAction.objects.get()
    with pytest.raises(DatabaseError):
        StaffAction.objects.filter(pk=line.pk).update(reason="another")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_staffaction")


def test_switches_are_used_for_real(olga: Staff, alice: Actor, charlie: Actor, client: Any) -> None:
    listing = make_listing(alice, "Wood Library")
    browser = browser_of(olga)
    browser.get("/staff/kernel/featureswitch/")
    keys = dict(FeatureSwitch.objects.values_list("name", "pk"))
    assert {"sign_up", "public_store", "anonymous_browsing"} <= set(keys)
    do(olga, "kernel/featureswitch", keys["sign_up"], "off")
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": "three unrelated words"})
    assert not User.objects.filter(email="eve@example.org").exists()

    assert b"Wood Library" in client.get("/").content
    do(olga, "kernel/featureswitch", keys["anonymous_browsing"], "off")
    assert "/login" in client.get("/").headers["Location"]
    assert client.get("/api/v1/store/listings").status_code == 401
    assert client_for(charlie).get("/").status_code == 200

    do(olga, "kernel/featureswitch", keys["public_store"], "off")
    with tenant_scope(alice.organisation):
        slug = listing.publication.slug
    assert client_for(charlie).get(f"/a/{slug}").status_code == 503
    assert client_for(alice).get(f"/a/{slug}").status_code == 200
    assert client.get("/api/v1/store/listings").status_code == 503
