"""`manage.py create_user` and `manage.py create_api_key`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.queries import email_is_verified
from organisations.actors import Actor
from organisations.permissions import Permission
from tests.factories.organisations import make_actor
from tests.fixtures.people import JsonClient


def run(command: str, *arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(command, *arguments, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def me(key: str) -> dict[str, object]:
    client = JsonClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    answer: dict[str, object] = client.get("/api/v1/me").json()
    return answer


def test_a_user_is_verified_can_sign_in_and_has_a_personal_organisation(db: None) -> None:
    out, err = run("create_user", "Dora@Example.org", "--password", "three-unrelated-words")
    user = User.objects.get(email="dora@example.org")
    assert (out, "dora@example.org" in err) == ("", True)
    assert user.check_password("three-unrelated-words")
    assert email_is_verified(user)
    assert not user.is_staff
    assert make_actor(user).organisation.kind == "personal"


def test_staff_are_made_by_the_command_only(db: None) -> None:
    run("create_user", "staff@example.org", "--staff")
    user = User.objects.get(email="staff@example.org")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)


@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@example.org", "no address"])
def test_a_taken_or_wrong_address_is_refused_in_words(alice: Actor, email: str) -> None:
    with pytest.raises(CommandError, match=r"account already|not an e-mail"):
        run("create_user", email)


def test_the_key_stands_alone_on_standard_output_with_every_scope(alice: Actor) -> None:
    out, err = run("create_api_key", "alice@example.org")
    assert err == ""
    assert out.count("\n") == 1
    answer = me(out.strip())
    assert answer["organisation"]["kind"] == "personal"  # type: ignore[index]
    assert answer["scopes"] == sorted(permission.value for permission in Permission)


def test_the_organisation_can_be_chosen(bob: Actor) -> None:
    out, _err = run(
        "create_api_key", "bob@example.org", "--organisation", bob.organisation.slug, "--name", "CI"
    )
    answer = me(out.strip())
    assert (answer["role"], answer["organisation"]["slug"]) == ("member", bob.organisation.slug)  # type: ignore[index]


def test_a_foreign_organisation_and_an_unknown_person_are_refused_in_words(
    alice: Actor, charlie: Actor
) -> None:
    with pytest.raises(CommandError, match="belongs to no organisation"):
        run("create_api_key", "alice@example.org", "--organisation", charlie.organisation.slug)
    with pytest.raises(CommandError, match="Nobody has the address"):
        run("create_api_key", "nobody@example.org")
