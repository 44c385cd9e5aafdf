"""E-mails go out as each person chose: at once, once a day, or never."""

import re
from datetime import UTC
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from events.actions.choose_emails import choose_emails
from events.actions.send_notification import send_digests, send_notification
from events.models import Notification
from events.queries import choices_of
from kernel.errors import InvalidInput
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from organisations.permissions import Role
from tests.events.helpers import change_role, told
from tests.factories.organisations import add_member, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def choose(actor: Actor, email: str) -> None:
    assert actor.user
    choose_emails(user=actor.user, choices={"role_changed": email})


def chosen(actor: Actor) -> dict[str, str]:
    assert actor.user
    return {choice.kind: choice.email for choice in choices_of(actor.user)}


def make_due() -> None:
    with across_organisations(reason="the night goes by", durable=True):
        rows = Notification.objects.across_organisations(reason="test").filter(email_due_at__isnull=False)
        rows.update(email_due_at=timezone.now())


def test_at_once_one_mail_in_plain_words_and_html(alice: Actor, bob: Actor, run_jobs: Any) -> None:
    change_role(alice, bob)
    assert "events.send_notification" in run_jobs()
    [message] = mail.outbox
    assert message.to == ["bob@example.org"]
    assert message.subject == "Your role in Harbour & Pine is now Builder"
    assert "Harbour & Pine is now Builder" in message.body
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    assert "Harbour &amp; Pine is now Builder" in html
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mail_goes_out_once(alice: Actor, bob: Actor, run_jobs: Any) -> None:
    change_role(alice, bob)
    run_jobs()
    [row] = told(bob)
    assert send_notification(notification_id=row.public_id) is False
    assert send_digests() == 0
    assert len(mail.outbox) == 1


def test_daily_waits_for_seven_and_comes_together(alice: Actor, bob: Actor, run_jobs: Any) -> None:
    choose(bob, "daily")
    change_role(alice, bob)
    change_role(alice, bob, Role.PUBLISHER)
    run_jobs()
    assert mail.outbox == []
    assert {row.email_due_at.astimezone(UTC).hour for row in told(bob) if row.email_due_at} == {7}
    assert send_digests() == 0
    make_due()
    assert send_digests() == 1
    [message] = mail.outbox
    assert message.subject == "2 notifications"
    assert "Builder" in message.body
    assert "Publisher" in message.body


def test_what_was_read_meanwhile_is_not_sent(alice: Actor, bob: Actor) -> None:
    choose(bob, "daily")
    change_role(alice, bob)
    with across_organisations(reason="test", durable=True):
        Notification.objects.across_organisations(reason="test").update(read_at=timezone.now())
    make_due()
    assert send_digests() == 0


def test_off_sends_nothing_and_drops_what_waits(alice: Actor, bob: Actor, run_jobs: Any) -> None:
    choose(bob, "daily")
    change_role(alice, bob)
    choose(bob, "off")
    change_role(alice, bob, Role.PUBLISHER)
    run_jobs()
    make_due()
    assert send_digests() == 0
    assert mail.outbox == []
    assert len(told(bob)) == 2


def test_an_address_that_nobody_confirmed_gets_nothing(alice: Actor, run_jobs: Any) -> None:
    erin = add_member(alice.organisation, make_user("erin@example.org", verified=False))
    change_role(alice, erin)
    run_jobs()
    assert mail.outbox == []


def test_one_click_ends_mails_of_the_kind_without_a_session(alice: Actor, bob: Actor, run_jobs: Any) -> None:
    change_role(alice, bob)
    run_jobs()
    path = re.sub(r"^<https?://[^/]+|>$", "", mail.outbox[0].extra_headers["List-Unsubscribe"])
    browser = Client(enforce_csrf_checks=True)
    assert browser.get(path).status_code == 200
    assert chosen(bob)["role_changed"] == "at_once"
    assert browser.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert chosen(bob)["role_changed"] == "off"


def test_a_digests_link_ends_everything_that_comes_daily(alice: Actor, bob: Actor) -> None:
    choose(bob, "daily")
    change_role(alice, bob)
    make_due()
    send_digests()
    path = re.sub(r"^<https?://[^/]+|>$", "", mail.outbox[0].extra_headers["List-Unsubscribe"])
    Client().post(path)
    assert "daily" not in chosen(bob).values()


def test_a_link_that_we_never_gave_out_is_nothing(client: Client, db: None) -> None:
    assert client.get("/notifications/unsubscribe/WyJ1c3JfMSIsIngiXQ:1:x").status_code == 404


def test_a_kind_or_way_that_is_none_is_refused(bob: Actor) -> None:
    assert bob.user
    for choices in ({"weather": "daily"}, {"role_changed": "hourly"}):
        with pytest.raises(InvalidInput):
            choose_emails(user=bob.user, choices=choices)
