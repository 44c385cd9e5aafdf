"""Origins of knowledge for tests: services on loopback, and people who are connected to them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from assistants.actions.actions.add_origin import add_origin
from assistants.actions.actions.connect_origin import connect_origin
from assistants.actions.origins import visiting
from assistants.actions.origins.catalogue import origin_named
from assistants.connections.actions.connect_with_key import connect_with_key
from assistants.connections.models import Connection
from assistants.connections.queries import ref_of
from assistants.knowledge.actions.look_at_source import look_at_source
from assistants.knowledge.actions.sync_source import sync_source
from assistants.knowledge.models import Source, SourceSet
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Role
from tests.factories.knowledge import make_source_set
from tests.factories.organisations import add_member, make_user
from tests.fakes.drive_server import DriveFake, drive_server
from tests.fakes.github_content_server import GitHubFake, github_content_server
from tests.fakes.mcp_server import McpFake, mcp_server
from tests.fakes.notion_server import NotionFake, notion_server
from tests.fakes.remote import Remote

Connect = Callable[..., Connection]


@pytest.fixture
def erin(alice: Actor) -> Actor:
    """Somebody else who builds in Alice's organisation."""
    return add_member(alice.organisation, make_user("erin@example.org", name="Erin Lund"), Role.BUILDER)


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


@pytest.fixture
def drive(settings: Any) -> Iterator[DriveFake]:
    with drive_server() as fake:
        reach(settings, "drive", fake)
        yield fake


def reach(settings: Any, origin: str, fake: Remote) -> None:
    """Have an origin asked at its fake."""
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, fake.host]
    settings.ORIGIN_ADDRESSES = {**settings.ORIGIN_ADDRESSES, origin: {"api": fake.url}}


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Connects somebody with a token; where a service takes none of people's own, it does so here."""

    def connected(actor: Actor, origin: str, token: str = "good-token") -> Connection:
        chosen = origin_named(origin)
        monkeypatch.setattr(type(chosen), "takes_token", True)
        profile = connect_origin(actor=actor, origin=chosen, way="token")
        return connect_with_key(actor=actor, ref=ref_of(profile), given={"key": token})

    return connected


def add(
    actor: Actor, source_set: SourceSet, connection: Connection, origin: str, pick: Mapping[str, Any]
) -> Source:
    """Add a place, and look at it once as the worker does."""
    added = add_origin(
        actor=actor, source_set=source_set, origin=origin, connection=connection.public_id, pick=pick
    )
    return look(added.source)


def look(source: Source) -> Source:
    """What the worker does; the files that it found are not read here."""
    look_at_source(organisation_id=source.organisation_id, source_id=source.public_id)
    return present(source)


def again(actor: Actor, source: Source) -> Source:
    """Look once more, as somebody asks for it."""
    sync_source(actor=actor, source_set=source.source_set, source_id=source.public_id)
    return look(source)


def present(source: Source) -> Source:
    with tenant_scope(source.organisation_id):
        rows = Source.objects.for_organisation(source.organisation_id)
        return rows.select_related("source_set").get(pk=source.pk)


def files_of(source: Source) -> dict[str, Source]:
    """The files that are kept, by name."""
    with tenant_scope(source.organisation_id):
        rows = Source.objects.for_organisation(source.organisation_id).filter(parent=source, removed_at=None)
        return {row.name: row for row in rows.select_related("document", "source_set")}


def left_out(source: Source) -> dict[str, list[str]]:
    """The names of what was left out, by the code of the warning."""
    return {one["code"]: one["names"] for one in source.settings.get("_left_out", [])}


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits take no time, and are written down."""
    waited: list[float] = []
    monkeypatch.setattr(visiting, "rest", waited.append)
    return waited


@pytest.fixture
def github(settings: Any) -> Iterator[GitHubFake]:
    with github_content_server() as fake:
        reach(settings, "github", fake)
        yield fake


@pytest.fixture
def notion(settings: Any) -> Iterator[NotionFake]:
    with notion_server() as fake:
        reach(settings, "notion", fake)
        yield fake


@pytest.fixture
def mcp(settings: Any) -> Iterator[McpFake]:
    with mcp_server() as fake:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, fake.host]
        yield fake
