"""A list of people to invite, as a CSV file or as lines: one address a line, with a role after a comma or not."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.models import Organisation
from organisations.permissions import Role
from organisations.queries import members, open_invitations
from organisations.roles import RoleChoice, grantable_roles, role_choices

MOST = 500
BYTES = 200_000
HEADS = {"email", "e-mail", "mail", "address"}


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A line of the list; `problem` says in words why nobody can be invited by it."""

    line: int
    email: str
    role: str
    label: str
    problem: str = ""


def read_list(actor: Actor, text: str) -> list[InvitationRow]:
    """The rows of a list, each checked against the organisation as it is now; call inside its scope.

    Raises:
        InvalidInput: it is too long, empty, or not text of this kind.
    """
    if len(text) > BYTES or "\x00" in text:
        raise InvalidInput.on("list", "too_long", _("This is not a list of addresses, or it is too long."))
    rows = list(_rows(actor, text))
    if not rows:
        raise InvalidInput.on(
            "list", "empty", _("Give one address a line, or a CSV file with a column “email”.")
        )
    if len(rows) > MOST:
        message = _("A list holds up to %(most)s people. Split it.") % {"most": MOST}
        raise InvalidInput.on("list", "too_many", message)
    return _checked(actor, rows)


def _rows(actor: Actor, text: str) -> Iterator[InvitationRow]:
    roles = _names(actor.organisation)
    delimiter = ";" if text.count(";") > text.count(",") else ","
    try:
        for line, cells in enumerate(
            csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter), start=1
        ):
            values = [cell.strip() for cell in cells]
            if not any(values) or values[0].lower() in HEADS:
                continue
            wanted = values[1] if len(values) > 1 else ""
            choice = roles.get(wanted.lower()) if wanted else RoleChoice(Role.MEMBER)
            problem = "" if choice else _("There is no role “%(role)s”.") % {"role": wanted}
            found = choice or RoleChoice(Role.MEMBER)
            yield InvitationRow(line, values[0].lower(), found.key, str(found.label), problem)
    except csv.Error as error:
        raise InvalidInput.on("list", "not_csv", _("This is no CSV file that can be read.")) from error


def _names(organisation: Organisation) -> dict[str, RoleChoice]:
    """Roles by their keys and by their names, in lower case."""
    found: dict[str, RoleChoice] = {}
    for choice in role_choices(organisation):
        found.setdefault(choice.key.lower(), choice)
        found.setdefault(str(choice.label).lower(), choice)
    return found


def _checked(actor: Actor, rows: list[InvitationRow]) -> list[InvitationRow]:
    addresses = [row.email for row in rows]
    joined = set(
        members(actor.organisation).filter(user__email__in=addresses).values_list("user__email", flat=True)
    )
    waiting = {
        invitation.email.lower()
        for invitation in open_invitations(actor.organisation).filter(email__in=addresses)
        if invitation.is_open
    }
    may_give = {choice.key for choice in grantable_roles(actor)}
    seen: set[str] = set()
    return [_with_problem(row, joined, waiting, may_give, seen) for row in rows]


def _with_problem(
    row: InvitationRow, joined: set[str], waiting: set[str], may_give: set[str], seen: set[str]
) -> InvitationRow:
    if row.problem:
        return row
    problem = ""
    if not _is_address(row.email):
        problem = _("This is not an e-mail address.")
    elif row.email in seen:
        problem = _("This address stands in the list already.")
    elif row.email in joined:
        problem = _("Belongs to the organisation already.")
    elif row.email in waiting:
        problem = _("Has an open invitation.")
    elif row.role not in may_give:
        problem = _("This role may do more than yours.")
    seen.add(row.email)
    return replace(row, problem=problem)


def _is_address(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return len(value) <= 254
