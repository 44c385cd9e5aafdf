"""What the tests of organisations share."""

from collections.abc import Callable

import pytest

from organisations.actions.invite_member import invite_member
from organisations.actors import Actor
from organisations.models import Invitation
from organisations.permissions import Role

Invite = Callable[..., Invitation]


@pytest.fixture
def invite(alice: Actor) -> Invite:
    """Alice invites an address into her organisation."""

    def send(email: str = "dora@example.org", role: Role = Role.MEMBER) -> Invitation:
        return invite_member(actor=alice, email=email, role=role)

    return send
