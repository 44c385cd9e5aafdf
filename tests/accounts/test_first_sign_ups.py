"""Fifty people sign up at the same moment on an empty installation: none becomes staff."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User
from organisations.models import Organisation

PEOPLE = 50


@pytest.mark.django_db(transaction=True)
def test_none_is_staff_and_each_has_a_workspace() -> None:
    def sign_up(number: int) -> int:
        form = {"name": f"P{number}", "email": f"p{number}@example.org", "password1": "three-unrelated-words"}
        try:
            # Each from an address of their own: one address alone would be slowed down.
            return Client(REMOTE_ADDR=f"203.0.113.{number}").post("/accounts/signup/", form).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(sign_up, range(PEOPLE))) == [302] * PEOPLE
    assert User.objects.count() == PEOPLE
    assert not User.objects.exclude(is_staff=False, is_superuser=False, staff_role="").exists()
    assert Organisation.objects.filter(kind="personal").count() == PEOPLE
