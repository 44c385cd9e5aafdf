"""What follows from a policy: hosts, models, and whose role is left out."""

from dataclasses import replace

import pytest

from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import CustomRole, Membership
from organisations.policy import Hosts, Models, Who
from organisations.policy_rules import PolicyForbids, host_allowed, model_allowed, require_allowed
from tests.factories.organisations import make_actor
from tests.fixtures.people import api_key_for


@pytest.mark.parametrize(
    ("allowed", "blocked", "host", "expected"),
    [
        (None, (), "anything.example", True),
        ((), (), "anything.example", False),
        (("docs.example.org",), (), "docs.example.org", True),
        (("docs.example.org",), (), "DOCS.example.org.", True),
        (("docs.example.org",), (), "evil-docs.example.org", False),
        (("docs.example.org",), (), "docs.example.org.evil.example", False),
        (("*.example.org",), (), "a.b.example.org", True),
        (("*.example.org",), (), "example.org", False),
        (("*.example.org",), (), "badexample.org", False),
        (None, ("bad.example",), "bad.example", False),
        (("*.example.org",), ("secret.example.org",), "secret.example.org", False),
        (None, ("*.example.org",), "www.example.org", False),
    ],
)
def test_hosts(allowed: tuple[str, ...] | None, blocked: tuple[str, ...], host: str, expected: bool) -> None:
    assert host_allowed(Hosts(allowed=allowed, blocked=blocked), host) is expected


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        (Models(), True),
        (Models(models=("a/one",)), True),
        (Models(models=()), False),
        (Models(models=("a/two",)), False),
        (Models(providers=("a",)), True),
        (Models(providers=("b",)), False),
        (Models(regions=("EU",)), True),
        (Models(regions=("US",)), False),
        (Models(models=("a/one",), providers=("b",)), False),
    ],
)
def test_models(models: Models, expected: bool) -> None:
    assert model_allowed(models, model="a/one", provider="a", region="EU") is expected


def test_a_model_without_a_region_is_in_none() -> None:
    assert not model_allowed(Models(regions=("EU", "")), model="a/one", provider="a", region="")


def test_the_refusal_says_what_and_whom_to_ask(bob: Actor) -> None:
    with pytest.raises(PolicyForbids) as caught:
        require_allowed(bob, Who(roles=("owner", "builder")), "create assistants")
    assert caught.value.message == (
        "The policy of Harbour & Pine does not let you create assistants. It lets Owner, Builder. Ask one of them, or an"
        " administrator to change the policy."
    )


def test_nobody_is_a_list_too(alice: Actor) -> None:
    with pytest.raises(PolicyForbids, match="It lets nobody"):
        require_allowed(alice, Who(roles=()), "create assistants")


def test_a_custom_role_is_named_by_its_id_for_sessions_and_keys_alike(alice: Actor, bob: Actor) -> None:
    with tenant_scope(alice.organisation):
        role = CustomRole.objects.create(
            organisation=alice.organisation,
            name="Harbour master",
            permissions=["assistants:build", "keys:manage", "organisation:view"],
        )
        rows = Membership.objects.for_organisation(alice.organisation)
        rows.filter(pk=bob.membership_id).update(custom_role=role)
    assert bob.user is not None
    present = make_actor(bob.user, alice.organisation)
    assert present.role_key == role.public_id
    require_allowed(present, Who(roles=(role.public_id,)), "create assistants")
    with pytest.raises(PolicyForbids):
        require_allowed(present, Who(roles=("member",)), "create assistants")
    from organisations.keys import hash_secret
    from organisations.queries import actor_for_key_hash

    by_key = actor_for_key_hash(hash_secret(api_key_for(present)))
    assert by_key is not None and by_key.role_key == role.public_id


def test_a_service_account_counts_as_one(alice: Actor) -> None:
    machine = replace(alice, user=None, service_account_id=1, role_key="service_account")
    require_allowed(machine, Who(roles=("service_account",)), "create assistants")
    with pytest.raises(PolicyForbids):
        require_allowed(machine, Who(roles=("owner",)), "create assistants")
