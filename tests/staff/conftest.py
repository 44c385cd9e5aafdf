"""The platform's staff: Olga operates, Mo moderates, Fay looks after money. Alice, Bob and Charlie are customers."""

import pytest
from django.test import Client

from accounts.actions.grant_staff import grant_staff
from accounts.models import User
from accounts.staff import Staff
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.people import client_for


def member_of_staff(email: str, role: str) -> User:
    make_user(email)
    return grant_staff(email=email, role=role)


@pytest.fixture
def olga(db: None) -> Staff:
    """An operator."""
    return Staff(member_of_staff("olga@example.org", "operator"), ip="192.0.2.1")


@pytest.fixture
def mo(db: None) -> Staff:
    """A moderator."""
    return Staff(member_of_staff("mo@example.org", "moderator"))


@pytest.fixture
def fay(db: None) -> Staff:
    """Finance."""
    return Staff(member_of_staff("fay@example.org", "finance"))


def browser_of(staff: Staff) -> Client:
    """A browser in which somebody of the staff is signed in."""
    return client_for(make_actor(staff.user))
