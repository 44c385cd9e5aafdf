"""People and organisations for tests, made through the house's own actions."""

from itertools import count

from accounts.models import User
from kernel.tenancy import tenant_scope
from organisations.actions.create_organisation import create_organisation
from organisations.actions.create_person import create_person
from organisations.actors import Actor
from organisations.models import Membership, Organisation
from organisations.permissions import Role
from organisations.queries import actor_for

_numbers = count(1)


def make_user(
    email: str = "",
    *,
    name: str = "",
    password: str | None = None,
    verified: bool = True,
    staff: bool = False,
) -> User:
    """A person with a personal organisation; a fresh address where none is given."""
    address = email or f"person{next(_numbers)}@example.org"
    return create_person(email=address, name=name, password=password, verified=verified, staff=staff)


def make_actor(user: User, organisation: Organisation | None = None) -> Actor:
    """The person acting in one of their organisations, their personal one by default."""
    actor = actor_for(user, organisation.pk if organisation else None)
    assert actor is not None
    return actor


def make_organisation(owner: User, name: str = "Harbour & Pine") -> Actor:
    """A team organisation; returns its owner acting in it."""
    return make_actor(owner, create_organisation(actor=make_actor(owner), name=name))


def add_member(organisation: Organisation, user: User, role: Role = Role.MEMBER) -> Actor:
    """Put somebody into an organisation at once; returns them acting in it."""
    with tenant_scope(organisation):
        Membership.objects.create(organisation=organisation, user=user, role=role)
    return make_actor(user, organisation)
