"""What a small and a large organisation take for the same things: `python -m harness.organisation_sizes REPEATS`.

Prints `{name: {"small": [ms, …], "large": [ms, …]}}`. Pages are whole requests through Django; their HTML is complete.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs the applications
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from assistants.building.actions.create_assistant import create_assistant  # noqa: E402
from assistants.building.queries import access_assistant  # noqa: E402
from kernel.tenancy import tenant_scope  # noqa: E402
from organisations.actions.create_organisation import create_organisation  # noqa: E402
from organisations.actions.create_person import create_person  # noqa: E402
from organisations.actors import SESSION_KEY, Actor  # noqa: E402
from organisations.models import (  # noqa: E402
    AuditEntry,
    Grant,
    Group,
    GroupMembership,
    Membership,
    Organisation,
)
from organisations.permissions import Level, Role  # noqa: E402
from organisations.queries import actor_for  # noqa: E402

BATCH = 2000
GROUP_SIZE = 10
FIRST_NAMES = ("Ana", "Ben", "Chen", "Dora", "Emil", "Farah", "Goro", "Hana", "Ivo", "Jun")
ACTIONS = ("member.role_changed", "assistant.published", "listing.changed", "api_key.created", "source.added")


@dataclass(frozen=True)
class Size:
    """How much an organisation has of everything."""

    name: str
    members: int
    groups: int
    entries: int


SIZES = (Size("small", 100, 20, 1_000), Size("large", 10_000, 2_000, 100_000))


@dataclass(frozen=True)
class Made:
    """An organisation of a size: its owner, a plain member, and an assistant that the member's group may edit."""

    owner: Actor
    member: Actor
    assistant_id: str


def build(size: Size) -> Made:
    """Make an organisation as large as that."""
    owner = actor_for(create_person(email=f"owner@{size.name}.example", name=f"Owner {size.name}"))
    assert owner and owner.user
    organisation = create_organisation(actor=owner, name=f"{size.name} organisation")
    acting = actor_for(owner.user, organisation.pk)
    assert acting
    assistants = [create_assistant(actor=acting, name=f"Assistant {number}") for number in range(10)]
    with tenant_scope(organisation):
        memberships = _members(organisation, size)
        _groups(organisation, size, memberships, [assistant.public_id for assistant in assistants])
        _entries(organisation, size)
    member = actor_for(memberships[0].user, organisation.pk)
    assert member
    return Made(acting, member, assistants[0].public_id)


def _members(organisation: Organisation, size: Size) -> list[Membership]:
    people = [
        User(
            email=f"person{number}@{size.name}.example",
            name=f"{FIRST_NAMES[number % len(FIRST_NAMES)]} Number{number}",
            password="!",
        )
        for number in range(size.members)
    ]
    User.objects.bulk_create(people, BATCH)
    rows = [Membership(organisation=organisation, user=person, role=Role.MEMBER) for person in people]
    Membership.objects.bulk_create(rows, BATCH)
    return rows


def _groups(
    organisation: Organisation, size: Size, memberships: list[Membership], assistants: list[str]
) -> None:
    groups = [Group(organisation=organisation, name=f"Group {number}") for number in range(size.groups)]
    Group.objects.bulk_create(groups, BATCH)
    places = [
        GroupMembership(
            organisation=organisation,
            group=group,
            membership=memberships[(number * GROUP_SIZE // 2 + place) % len(memberships)],
        )
        for number, group in enumerate(groups)
        for place in range(GROUP_SIZE)
    ]
    GroupMembership.objects.bulk_create(places, BATCH)
    grants = [
        Grant(
            organisation=organisation,
            resource_type="assistant",
            resource_id=assistants[number % len(assistants)],
            group=group,
            level=Level.EDIT,
        )
        for number, group in enumerate(groups)
    ]
    Grant.objects.bulk_create(grants, BATCH)


def _entries(organisation: Organisation, size: Size) -> None:
    def rows() -> Iterator[AuditEntry]:
        for number in range(size.entries):
            yield AuditEntry(
                organisation=organisation,
                actor_label=f"person{number % size.members}@{size.name}.example",
                action=ACTIONS[number % len(ACTIONS)],
                target_type="membership",
                target_id=f"mem_{number}",
                target_label=f"Nightly import {number} of {'lighthouse' if number % (size.entries // 40) == 0 else 'mill'}",
                before={"role": "member"},
                after={"role": "admin"},
                ip="203.0.113.9",
                request_id=f"req_{number:x}",
            )

    made = rows()
    while batch := list(islice(made, BATCH)):
        AuditEntry.objects.bulk_create(batch)


def analyse() -> None:
    """What autovacuum does in every installation after a while."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()


def page(made: Made, path: str) -> Callable[[], None]:
    """A signed-in owner asks for a page."""
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0].replace("*", "localhost")})
    assert made.owner.user
    client.force_login(made.owner.user)
    session = client.session
    session[SESSION_KEY] = made.owner.organisation.pk
    session.save()

    def ask() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        assert b"panel" in answer.content

    return ask


def check(made: Made) -> Callable[[], None]:
    """A member reaches for the assistant that a group of theirs was given."""

    def ask() -> None:
        with tenant_scope(made.member.organisation):
            access_assistant(made.member, made.assistant_id)

    return ask


def times_of(calls: dict[str, Callable[[], None]], repeats: int) -> dict[str, list[float]]:
    """Milliseconds of each, in turns, after one that warms up."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _repeat in range(repeats):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            found[name].append((time.perf_counter() - started) * 1e3)
    return found


def main(repeats: int) -> None:
    """Build both and measure."""
    made = {size.name: build(size) for size in SIZES}
    analyse()
    paths = {
        "members": "/organisation/members/",
        "members_search": "/organisation/members/?search=number",
        "audit": "/organisation/audit/",
        "audit_search": "/organisation/audit/?search=lighthouse",
        "audit_search_common": "/organisation/audit/?search=nightly",
        "audit_filter": "/organisation/audit/?action=listing.changed",
    }
    measured = {
        name: {size: page(one, path) for size, one in made.items()} for name, path in paths.items()
    } | {"permission_check": {size: check(one) for size, one in made.items()}}
    print(json.dumps({name: times_of(calls, repeats) for name, calls in measured.items()}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
