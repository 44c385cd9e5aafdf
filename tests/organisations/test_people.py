"""Alice, Bob and Charlie are who the house says they are."""

from organisations.actors import Actor
from organisations.permissions import Permission, Role


def test_alice_owns_bob_is_a_member_charlie_is_elsewhere(alice: Actor, bob: Actor, charlie: Actor) -> None:
    assert (alice.role, bob.role, charlie.role) == (Role.OWNER, Role.MEMBER, Role.OWNER)
    assert alice.organisation == bob.organisation != charlie.organisation
    assert alice.can(Permission.MANAGE_MEMBERS)
    assert not bob.can(Permission.MANAGE_MEMBERS)
