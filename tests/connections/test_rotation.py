"""After SECRET_KEY was replaced, everything is encrypted anew."""

from typing import Any

import pytest
from django.core.management import call_command

from assistants.connections.actions.connect_with_key import connect_with_key
from assistants.connections.actions.rotate_secrets import rotate_secrets
from assistants.connections.queries import ref_of
from tests.connections.helpers import KEY, World, connect, connections, credential

pytestmark = pytest.mark.django_db(transaction=True)


def test_everything_stands_under_the_new_key(world: World, settings: Any, capsys: Any) -> None:
    oauth, key = world.profile(), world.key_profile()
    connect(world, world.bob, oauth)
    connect_with_key(actor=world.bob, ref=ref_of(key), given={"key": KEY})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the-next-secret", [settings.SECRET_KEY]
    call_command("rotate_connection_secrets")
    assert "4 secrets stand under the present key; 0" in capsys.readouterr().out
    settings.SECRET_KEY_FALLBACKS = []
    found = credential(key, world.bob)
    assert found is not None
    assert found.secret == {"key": KEY}
    assert connections(oauth)


def test_what_nobody_can_read_is_counted(world: World, settings: Any) -> None:
    key = world.key_profile()
    connect_with_key(actor=world.bob, ref=ref_of(key), given={"key": KEY})
    settings.SECRET_KEY = "another"
    assert rotate_secrets() == (0, 1)
