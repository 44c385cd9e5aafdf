"""An operator acts as a person: for a reason, for an hour, seen by everybody, and without the person's secrets."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.grant_staff import revoke_staff
from accounts.models import StaffAction
from accounts.staff import Staff
from kernel.outbox import deliver_events
from kernel.tenancy import tenant_scope
from organisations.acting import KEY
from organisations.actors import Actor
from organisations.models import AuditEntry
from organisations.stream_auth import _session_actor, _still_in
from tests.events.helpers import told
from tests.factories.building import make_assistant
from tests.factories.organisations import make_actor
from tests.staff.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Ticket 7: the draft will not save"


def act(olga: Staff, person: Actor, reason: str = WHY) -> Client:
    """Olga's browser, acting as the person."""
    browser = browser_of(olga)
    assert person.user
    browser.post(f"/staff/accounts/user/{person.user.pk}/do/act-as/", {"reason": reason})
    browser.post("/organisations/switch", {"organisation": person.organisation.public_id})
    return browser


def audited(actor: Actor) -> list[tuple[str, str, str]]:
    with tenant_scope(actor.organisation):
        rows = AuditEntry.objects.for_organisation(actor.organisation).exclude(staff_label="")
        return list(rows.order_by("id").values_list("action", "actor_label", "staff_label"))


def test_the_pages_are_the_persons_with_a_banner(olga: Staff, alice: Actor) -> None:
    make_assistant(alice, "Wood Library")
    page = act(olga, alice).get("/build/").content.decode()
    assert "Wood Library" in page
    assert "You act as Alice Moss" in page
    assert WHY in page
    assert "You act as" not in browser_of(olga).get("/notifications/").content.decode()


def test_it_needs_a_reason(olga: Staff, alice: Actor) -> None:
    browser = act(olga, alice, reason=" ")
    assert "You act as" not in browser.get("/notifications/").content.decode()
    assert not StaffAction.objects.filter(action__startswith="person.acting").exists()


def test_only_operators_may(mo: Staff, alice: Actor) -> None:
    assert alice.user
    answer = browser_of(mo).post(f"/staff/accounts/user/{alice.user.pk}/do/act-as/", {"reason": WHY})
    assert answer.status_code == 404


def test_nobody_acts_as_one_of_the_staff(olga: Staff, fay: Staff) -> None:
    answer = browser_of(olga).post(f"/staff/accounts/user/{fay.user.pk}/do/act-as/", {"reason": WHY})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/security",
        "/accounts/password/change/",
        "/accounts/email/",
        "/account/notifications/",
        "/organisation/keys/",
        "/organisation/keys/new",
        "/staff/",
    ],
)
def test_the_persons_secrets_stay_shut(path: str, olga: Staff, alice: Actor) -> None:
    assert act(olga, alice).get(path).status_code == 403


def test_no_keys_are_made_and_nobody_is_let_in(olga: Staff, alice: Actor) -> None:
    browser = act(olga, alice)
    forms: tuple[tuple[str, dict[str, Any]], ...] = (
        ("/organisation/keys/create", {"name": "Mine", "scopes": ["assistants:use"]}),
        ("/organisation/invitations/send", {"email": "olga@example.org", "role": "owner"}),
    )
    assert [browser.post(path, data).status_code for path, data in forms] == [403, 403]


def test_every_line_of_the_log_names_the_staff(olga: Staff, alice: Actor) -> None:
    browser = act(olga, alice)
    browser.post("/organisation/settings/save", {"name": "Harbour and Pine"})
    assert ("organisation.renamed", "alice@example.org", "olga@example.org") in audited(alice)


def test_start_and_end_are_in_both_logs(olga: Staff, alice: Actor) -> None:
    assert alice.user
    at_home = make_actor(alice.user)
    browser = browser_of(olga)
    browser.post(f"/staff/accounts/user/{alice.user.pk}/do/act-as/", {"reason": WHY})
    assert browser.post("/organisations/acting/stop").headers["Location"] == "/staff/"
    assert browser.get("/staff/").status_code == 200
    logs = audited(alice) + audited(at_home)
    assert [action for action, _actor, _staff in logs] == ["staff.acting_started", "staff.acting_ended"]
    rows = StaffAction.objects.filter(action__startswith="person.acting").order_by("id")
    assert list(rows.values_list("action", "staff_label", "reason")) == [
        ("person.acting_started", "olga@example.org", WHY),
        ("person.acting_ended", "olga@example.org", ""),
    ]


def test_the_person_is_told(olga: Staff, alice: Actor) -> None:
    act(olga, alice)
    deliver_events()
    assert "acted_as" in [row.kind for row in told(alice)]
    assert WHY in "".join(row.body_words for row in told(alice))


def test_it_ends_after_an_hour(olga: Staff, alice: Actor) -> None:
    browser = act(olga, alice)
    session = browser.session
    session[KEY] = session[KEY] | {"until": (timezone.now() - timedelta(seconds=1)).isoformat()}
    session.save()
    assert _session_actor(session.session_key or "") is None
    assert "/login" in browser.get("/build/").headers["Location"]
    assert StaffAction.objects.filter(action="person.acting_ended").exists()


def test_it_ends_when_the_operator_is_none_any_more(olga: Staff, alice: Actor) -> None:
    browser = act(olga, alice)
    revoke_staff(email="olga@example.org")
    assert _session_actor(browser.session.session_key or "") is None
    assert "/login" in browser.get("/build/").headers["Location"]


def test_streams_know_who_sits_there(olga: Staff, alice: Actor) -> None:
    actor = _session_actor(act(olga, alice).session.session_key or "")
    assert actor
    assert actor.staff == "olga@example.org"
    assert "keys:manage" not in actor.permissions
    assert "billing:manage" not in actor.permissions


def test_signing_out_ends_it(olga: Staff, alice: Actor) -> None:
    browser = act(olga, alice)
    browser.post("/accounts/logout/")
    assert "/login" in browser.get("/build/").headers["Location"]
    assert StaffAction.objects.filter(action="person.acting_ended").exists()


def test_the_persons_own_sessions_go_on_untouched(olga: Staff, alice: Actor) -> None:
    from tests.fixtures.people import client_for

    own = client_for(alice)
    act(olga, alice).post("/organisations/acting/stop")
    page = own.get("/build/")
    assert page.status_code == 200
    assert b"You act as" not in page.content


def test_a_stream_ends_with_the_acting(olga: Staff, alice: Actor) -> None:
    key = act(olga, alice).session.session_key or ""
    actor = _session_actor(key)
    assert actor
    assert _still_in(key, actor)
    revoke_staff(email="olga@example.org")
    assert not _still_in(key, actor)
