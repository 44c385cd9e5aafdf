"""What two people do at the same moment ends as if one had been first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from kernel.errors import DomainError
from kernel.tenancy import tenant_scope
from organisations.actions.accept_invitation import accept_invitation
from organisations.actions.change_member_role import change_member_role
from organisations.actions.create_organisation import create_organisation
from organisations.actions.create_person import create_person
from organisations.actions.invite_member import invite_member
from organisations.actions.leave_organisation import leave_organisation
from organisations.actors import Actor
from organisations.invitations import token_of
from organisations.models import ApiKey, Invitation, Membership
from organisations.permissions import Role
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.people import api_key_for
from tests.organisations.helpers import membership_id
from tests.organisations.test_create_api_key import with_key

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call all of them at one moment; gives what each returned, or the DomainError that it raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(10)
        try:
            return call()
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_owners_who_leave_leave_one_behind(alice: Actor, bob: Actor) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=Role.OWNER)
    second = make_actor(bob.user, bob.organisation)  # type: ignore[arg-type]
    results = at_once(lambda: leave_organisation(actor=alice), lambda: leave_organisation(actor=second))
    assert sorted(getattr(result, "code", "left") for result in results) == ["last_owner", "left"]


def test_two_owners_who_demote_each_other_leave_one(alice: Actor, bob: Actor) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=Role.OWNER)
    second = make_actor(bob.user, bob.organisation)  # type: ignore[arg-type]
    first_id, second_id = membership_id(alice), membership_id(bob)
    results = at_once(
        lambda: change_member_role(actor=alice, membership_id=second_id, role=Role.MEMBER),
        lambda: change_member_role(actor=second, membership_id=first_id, role=Role.MEMBER),
    )
    assert [getattr(result, "code", "changed") for result in results].count("last_owner") == 1


def test_one_address_is_invited_once(alice: Actor) -> None:
    results = at_once(*[lambda: invite_member(actor=alice, email="dora@example.org")] * 4)
    assert [getattr(result, "code", "sent") for result in results].count("sent") == 1
    with tenant_scope(alice.organisation):
        assert Invitation.objects.for_organisation(alice.organisation).count() == 1


def test_one_invitation_makes_one_member(alice: Actor) -> None:
    token = token_of(invite_member(actor=alice, email="dora@example.org"))
    dora = make_actor(make_user("dora@example.org"))
    results = at_once(*[lambda: accept_invitation(actor=dora, token=token)] * 4)
    assert [getattr(result, "code", "joined") for result in results].count("joined") == 1
    with tenant_scope(alice.organisation):
        assert Membership.objects.for_organisation(alice.organisation).count() == 2


def test_one_idempotency_key_makes_one_key(alice: Actor) -> None:
    secret = api_key_for(alice)
    wanted = {"name": "CI", "scopes": ["assistants:use"]}

    def post() -> int:
        headers = {"Idempotency-Key": "one"}
        return int(with_key(secret).post("/api/v1/organisation/keys", wanted, headers=headers).status_code)

    statuses = at_once(*[post] * 4)
    assert set(statuses) <= {201, 409}
    with tenant_scope(alice.organisation):
        assert ApiKey.objects.for_organisation(alice.organisation).filter(name="CI").count() == 1


def test_organisations_of_one_name_get_different_addresses(alice: Actor, bob: Actor, charlie: Actor) -> None:
    actors = [alice, bob, charlie]
    made = at_once(*[partial(create_organisation, actor=actor, name="Night school") for actor in actors])
    assert len({organisation.slug for organisation in made}) == 3


def test_people_who_sign_up_together_each_get_a_workspace(db: None) -> None:
    calls = [partial(create_person, email=f"sam{number}@example.org", name="Sam") for number in range(6)]
    people = at_once(*calls)
    assert len({make_actor(person).organisation.slug for person in people}) == 6
    assert not any(person.is_staff for person in people)
