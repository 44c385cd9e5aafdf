"""Generated probes: Charlie, who owns an organisation, replays ids of Alice's on every way in, in paths, queries and bodies.

Nothing of Alice's may be shown or changed; with one wall down neither, and with both down these same probes must find
something, or they could not fail. 2,000 probes, 20,000 in `make test-full`; the seed is fixed. Half of them go out with
both walls up, a quarter with each wall down; with both down the same quarter is sent again, up to the first leak.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from assistants.actions.actions.save_example import save_example
from assistants.building.actions.publish import publish
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actions.create_custom_role import create_custom_role
from organisations.actions.create_group import create_group
from organisations.actions.invite_member import invite_member
from organisations.actors import Actor
from organisations.models import Grant, Membership
from organisations.permissions import Permission
from tests.architecture.surface import WayIn, ways_in
from tests.architecture.test_models import tenant_models
from tests.architecture.test_walls import without_database, without_manager
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant, make_source, present_publication
from tests.factories.chat import make_conversation
from tests.factories.organisations import add_member, make_user
from tests.factories.providers import store_provider
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
PROBES = 20_000 if os.environ.get("BOTTEGA_LARGE") == "1" else 800
A_WALL_DOWN = PROBES // 4
CANARY = "canary-7f3a"
CALLS = {
    "/tasks": {
        "get": {
            "operationId": "list",
            "parameters": [{"name": "owner", "in": "query", "schema": {"type": "string"}}],
            "responses": {},
        }
    }
}
# Ends the session that probes.
LEFT_OUT = {"organisations:member_leave", "accounts:sign_out_everywhere", "organisations:switch"}
FIELDS = (
    "assistant", "holder", "member", "members", "group", "role", "organisation", "organisation_id", "owner", "user",
    "source_set", "assistant_id", "listing", "publication", "parent", "conversation", "id", "public_id", "version",
    "level", "name", "is_staff", "balance", "text", "title",
)  # fmt: skip


@dataclass
class House:
    """An organisation with a row of everything, and the ids by which its rows are called."""

    actor: Actor
    ids: dict[str, str] = field(default_factory=dict)


def furnish(actor: Actor, word: str) -> House:
    """One of everything, every name holding the word."""
    assert actor.user is not None
    actor.user.name = f"{word} person"
    actor.user.save(update_fields=["name"])
    instructions = {
        "instructions": {"text": f"{word} instructions"},
        "profile": {"tagline": f"{word} tagline"},
    }
    assistant = make_assistant(actor, f"{word} assistant", **instructions)
    make_source(actor, assistant, f"{word}.txt")
    # No canary in addresses: those are echoed to whoever types them.
    slug = f"plans-{actor.organisation.pk}"
    publish(
        actor=actor, assistant_id=assistant.public_id, visibility="private", slug=slug, note=f"{word} note"
    )
    publication = present_publication(actor, assistant)
    conversation = make_conversation(actor, assistant)
    document = document_of(
        "https://tasks.example.com", CALLS, info={"title": f"{word} action", "version": "1"}
    )
    action = make_action(actor, assistant, document)
    save_example(
        actor=actor,
        assistant_id=assistant.public_id,
        action_id=action.public_id,
        operation="list",
        arguments={"owner": f"{word} example"},
    )
    group = create_group(actor=actor, name=f"{word} group")
    role = create_custom_role(actor=actor, name=f"{word} role", permissions=[Permission.VIEW_ORGANISATION])
    invitation = invite_member(actor=actor, email=f"{word}@example.net")
    key = create_api_key(actor=actor, name=f"{word} key", scopes=[Permission.VIEW_ORGANISATION]).key
    member = add_member(actor.organisation, make_user(f"{word}-member@example.net", name=f"{word} member"))
    provider = store_provider(actor, f"{word} provider", key=f"{word}-key")
    with tenant_scope(actor.organisation):
        places = Membership.objects.for_organisation(actor.organisation)
        grant = Grant.objects.for_organisation(actor.organisation).first()
        ids = {
            "assistant_id": assistant.public_id,
            "membership_id": places.get(pk=member.membership_id).public_id,
            "group_id": group.public_id,
            "role_id": role.public_id,
            "invitation_id": invitation.public_id,
            "key_id": key.public_id,
            "grant_id": grant.public_id,
            "slug": publication.slug,
            "provider_id": provider.public_id,
            "publication_id": publication.public_id,
            "conversation_id": conversation.public_id,
            "reference": assistant.public_id,
            "organisation": actor.organisation.public_id,
            "number": "1",
        }
    ids |= _first_ids(actor)
    ids |= {"example_id": ids["actionexample_id"], "key": "list"}
    return House(actor, ids)


def _first_ids(actor: Actor) -> dict[str, str]:
    """The public id of a row of every other table, under the name that addresses use."""
    found: dict[str, str] = {}
    with tenant_scope(actor.organisation):
        for model in tenant_models():
            if any(column.name == "public_id" for column in model._meta.fields):
                row = model.objects.for_organisation(actor.organisation).order_by("pk").first()
                if row is not None:
                    found[f"{model._meta.model_name}_id"] = row.public_id
    return found


def probes(
    victim: House, own: House, count: int, seed: int
) -> Iterator[tuple[WayIn, str, dict[str, Any], bool]]:
    """(way in, address, body, by key) with the victim's ids in some of the places."""
    dice = random.Random(seed)
    ways = [way for way in ways_in() if way.name not in LEFT_OUT]
    with_slots = [way for way in ways if way.slots]
    everything = sorted(set(victim.ids.values()))
    for _ in range(count):
        way = dice.choice(with_slots if dice.random() < 0.75 else ways)
        filled = {name: _filling(name, victim, own, dice, everything) for name in way.slots}
        path = way.path(filled)
        if dice.random() < 0.4:
            path += f"?{dice.choice(FIELDS)}={dice.choice(everything)}"
        body = {name: dice.choice(everything) for name in dice.sample(FIELDS, dice.randint(0, 4))}
        yield way, path, body, dice.random() < 0.5


def _filling(name: str, victim: House, own: House, dice: random.Random, everything: list[str]) -> str:
    if dice.random() < 0.25:
        return own.ids.get(name, "1")
    return victim.ids.get(name) or dice.choice(everything)


def fingerprint(actor: Actor) -> str:
    """A hash of every row of an organisation."""
    parts = []
    with across_organisations(reason="look at all rows of the victim"), connection.cursor() as cursor:
        for model in tenant_models():
            table = model._meta.db_table
            cursor.execute(
                f"SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM \"{table}\" t"
                " WHERE organisation_id = %s",
                [actor.organisation.pk],
            )
            parts.append((table, *cursor.fetchone()))
    return repr(parts)


@contextmanager
def walls(monkeypatch: pytest.MonkeyPatch, *, manager: bool, database: bool) -> Iterator[None]:
    with (
        nullcontext() if manager else without_manager(monkeypatch),
        nullcontext() if database else without_database(monkeypatch),
    ):
        yield


def run(victim: House, own: House, count: int, seed: int) -> list[str]:
    """Send all of the probes; returns what leaked."""
    return list(leaks(victim, own, count, seed))


def leaks(victim: House, own: House, count: int, seed: int) -> Iterator[str]:
    """Send the probes one by one, and give each address that showed the canary."""
    machine, browser = api_client_for(own.actor), client_for(own.actor)
    browser.raise_request_exception = machine.raise_request_exception = False
    for way, path, body, by_key in probes(victim, own, count, seed):
        client: Any = machine if by_key and way.rest else browser
        send = getattr(client, way.method.lower())
        answer = send(path) if way.method == "GET" else _sent(send, path, body, way.rest)
        text = answer.content.decode("utf-8", "replace") if not answer.streaming else ""
        if CANARY in text:
            yield f"{way.method} {path}"


def _sent(send: Any, path: str, body: dict[str, Any], rest: bool) -> Any:
    return send(path, body, content_type="application/json") if rest else send(path, body)


@pytest.fixture
def houses(alice: Actor, charlie: Actor) -> tuple[House, House]:
    return furnish(alice, CANARY), furnish(charlie, "feather-1b2c")


@pytest.mark.parametrize(
    ("manager", "database", "count"),
    [(True, True, PROBES // 2), (False, True, A_WALL_DOWN), (True, False, A_WALL_DOWN)],
)
def test_nothing_of_another_organisation_is_shown_or_changed(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch, manager: bool, database: bool, count: int
) -> None:
    victim, own = houses
    before = fingerprint(victim.actor)
    with walls(monkeypatch, manager=manager, database=database):
        leaked = run(victim, own, count, seed=11)
    assert leaked == []
    assert fingerprint(victim.actor) == before


def test_with_both_walls_down_the_same_probes_find_something(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as with one wall down, in the same order; the first that shows something is enough, so it ends there."""
    victim, own = houses
    before = fingerprint(victim.actor)
    with walls(monkeypatch, manager=False, database=False):
        leaked = next(leaks(victim, own, A_WALL_DOWN, seed=11), None)
    assert leaked or fingerprint(victim.actor) != before
