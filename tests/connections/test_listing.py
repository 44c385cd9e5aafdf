"""The page of connections: what it offers for each of them leads somewhere."""

import pytest

from assistants.connections.actions.update_profile import update_profile
from assistants.connections.auth_settings import read_settings
from assistants.connections.models import Connection
from kernel.tenancy import tenant_scope
from tests.connections.helpers import World, connect, connections, credential
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/connections/"


def test_every_reconnect_opens_and_client_credentials_which_nobody_consents_to_have_none(
    world: World,
) -> None:
    machines = world.profile(owner="organisation", grant="client_credentials")
    assert credential(machines, world.bob) is not None
    shared = connect(world, world.alice, world.profile(owner="organisation"))
    own = connect(world, world.alice, world.profile())
    client = client_for(world.alice)
    answer = client.get(PAGE)
    offered = {line.connection.public_id: line.reconnect_url for line in answer.context["lines"]}
    [by_itself] = connections(machines)
    assert offered.keys() == {by_itself.public_id, shared.public_id, own.public_id}
    assert [one for one, address in offered.items() if not address] == [by_itself.public_id]
    assert answer.content.decode().count("Reconnect</a>") == 2
    for address in filter(None, offered.values()):
        assert client.get(address).status_code == 200


def test_refused_client_credentials_say_where_they_are_corrected(world: World) -> None:
    profile = world.profile(owner="organisation", grant="client_credentials")
    assert credential(profile, world.bob) is not None
    [made] = connections(profile)
    with tenant_scope(made.organisation_id):
        rows = Connection.objects.for_organisation(made.organisation_id).filter(pk=made.pk)
        rows.update(state=Connection.State.BROKEN, failure="invalid_client")
    page = client_for(world.alice).get(PAGE).content.decode()
    assert "the next call connects by itself" in page
    assert "Connect again to go on" not in page


def test_one_that_asks_people_since_can_be_connected(world: World) -> None:
    profile = world.profile(owner="organisation", grant="client_credentials")
    assert credential(profile, world.bob) is not None
    settings = {"kind": "oauth2", "owner": "organisation", "oauth": world.oauth()}
    update_profile(
        actor=world.alice,
        settings=read_settings(settings),
        profile_id=profile.public_id,
        server_url=world.server.api_url,
    )
    [line] = client_for(world.alice).get(PAGE).context["lines"]
    assert client_for(world.alice).get(line.reconnect_url).status_code == 200
