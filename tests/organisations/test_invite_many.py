"""Inviting by a list: shown with what is wrong in it, then sent without those rows."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.errors import InvalidInput, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actions.create_custom_role import create_custom_role
from organisations.actions.invite_member import invite_member
from organisations.actions.invite_members import invite_members
from organisations.actors import Actor
from organisations.invitation_list import MOST, InvitationRow, read_list
from organisations.permissions import Permission
from organisations.queries import open_invitations
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def read(actor: Actor, text: str) -> list[InvitationRow]:
    with tenant_scope(actor.organisation):
        return read_list(actor, text)


def waiting(actor: Actor) -> dict[str, str]:
    with tenant_scope(actor.organisation):
        rows = open_invitations(actor.organisation).select_related("custom_role")
        return {row.email: row.role_label for row in rows}


def test_rows_are_read_with_heads_roles_and_either_separator(alice: Actor) -> None:
    create_custom_role(actor=alice, name="Auditor", permissions=[Permission.VIEW_AUDIT])
    rows = read(
        alice, "\ufeffEmail;Role\nDora@Example.org;builder\n\nemil@example.org;Auditor\nfay@example.org\n"
    )
    assert [(row.email, row.label, row.problem) for row in rows] == [
        ("dora@example.org", "Builder", ""),
        ("emil@example.org", "Auditor", ""),
        ("fay@example.org", "Member", ""),
    ]


def test_each_wrong_row_says_why(alice: Actor, bob: Actor) -> None:
    invite_member(actor=alice, email="gone@example.org")
    text = (
        "dora\nbob@example.org\ngone@example.org\nnew@example.org, king\nnew2@example.org\nnew2@example.org"
    )
    problems = [row.problem for row in read(alice, text)]
    assert problems == [
        "This is not an e-mail address.",
        "Belongs to the organisation already.",
        "Has an open invitation.",
        "There is no role “king”.",
        "",
        "This address stands in the list already.",
    ]


@pytest.mark.parametrize(
    "text", ["", "email,role\n", "\n\n", "a@b.org\n" * (MOST + 1), "x" * 300_000, "a\x00b"]
)
def test_what_is_no_list_is_refused(alice: Actor, text: str) -> None:
    with pytest.raises(InvalidInput):
        read(alice, text)


def test_what_went_wrong_meanwhile_holds_up_no_other_row(alice: Actor) -> None:
    rows = read(alice, "dora@example.org\nemil@example.org")
    invite_member(actor=alice, email="dora@example.org")
    done = invite_members(actor=alice, rows=rows)
    assert (done.sent, [row.email for row, _why in done.left_out]) == (1, ["dora@example.org"])


def test_a_member_may_not(bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        invite_members(actor=bob, rows=[InvitationRow(1, "dora@example.org", "member", "Member")])


def test_the_page_shows_first_and_sends_then(alice: Actor) -> None:
    browser = client_for(alice)
    file = SimpleUploadedFile("people.csv", b"email,role\ndora@example.org,builder\nnobody\n")
    shown = browser.post("/organisation/invitations/many", {"file": file})
    assert shown.status_code == 200
    assert b"This is not an e-mail address." in shown.content
    assert waiting(alice) == {}
    text = "email,role\ndora@example.org,builder\nnobody\n"
    browser.post("/organisation/invitations/many", {"people": text, "send": "1"})
    assert waiting(alice) == {"dora@example.org": "Builder"}


def test_the_page_keeps_what_was_typed(alice: Actor) -> None:
    refused = client_for(alice).post("/organisation/invitations/many", {"people": "email,role"})
    assert refused.status_code == 400
    assert b"email,role" in refused.content
