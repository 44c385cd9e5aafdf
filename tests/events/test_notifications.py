"""Domain events tell the people whom they concern, once."""

import pytest
from django.utils import translation

from events.actions.notify import notify
from kernel.outbox import deliver_events
from organisations.actions.accept_invitation import accept_invitation
from organisations.actions.invite_member import invite_member
from organisations.actors import Actor
from organisations.invitations import token_of
from organisations.permissions import Role
from tests.events.helpers import change_role, place_of, told
from tests.factories.organisations import make_actor, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_changed_role_is_told_to_the_member_and_nobody_else(alice: Actor, bob: Actor) -> None:
    change_role(alice, bob)
    assert [row.title_words for row in told(bob)] == ["Your role in Harbour & Pine is now Builder"]
    assert told(alice) == []


def test_an_event_handed_over_again_tells_once(alice: Actor, bob: Actor) -> None:
    change_role(alice, bob)
    first = told(bob)
    for _ in range(3):
        notify(
            organisation_id=alice.organisation.pk,
            event="member.role_changed",
            payload={"member": place_of(bob), "role": "builder"},
            event_id=int(first[0].event_key.partition(":")[0]),
        )
    assert told(bob) == first


def test_somebody_with_an_account_is_told_of_an_invitation(alice: Actor, charlie: Actor) -> None:
    invite_member(actor=alice, email="charlie@example.org", role=Role.BUILDER)
    invite_member(actor=alice, email="nobody@example.org")
    deliver_events()
    assert [row.title_words for row in told(charlie)] == ["Harbour & Pine invites you as Builder"]


def test_who_joins_is_told_to_those_who_look_after_members(alice: Actor, bob: Actor) -> None:
    invitation = invite_member(actor=alice, email="dora@example.org")
    dora = make_actor(make_user("dora@example.org", name="Dora Lind"))
    accept_invitation(actor=dora, token=token_of(invitation))
    deliver_events()
    assert [row.title_words for row in told(alice)] == ["Dora Lind joined Harbour & Pine"]
    assert told(bob) == []
    assert told(dora) == []


def test_titles_are_read_in_the_readers_language(alice: Actor, bob: Actor) -> None:
    change_role(alice, bob)
    [row] = told(bob)
    with translation.override("zh-hans"):
        assert "Builder" not in row.title_words
