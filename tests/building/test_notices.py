"""People who look after an assistant hear what happens to it."""

import pytest

from assistants.building.actions.publish_version import publish_version
from assistants.knowledge.actions.end_document import announce_failure
from assistants.knowledge.models import Document
from kernel.outbox import deliver_events
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.events.helpers import told
from tests.factories.building import make_assistant, make_source, share
from tests.factories.organisations import add_member, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def titles(actor: Actor) -> list[str]:
    return [row.title_words for row in told(actor)]


@pytest.fixture
def dora(alice: Actor) -> Actor:
    """A builder beside Alice."""
    return add_member(alice.organisation, make_user("dora@example.org", name="Dora Lind"), Role.BUILDER)


def test_a_document_that_could_not_be_read_is_told_to_who_may_change_it(
    alice: Actor, bob: Actor, dora: Actor
) -> None:
    assistant = make_assistant(dora, "Wood Library")
    share(dora, assistant.public_id, bob, Level.USE)
    document = make_source(dora, assistant, "oak.pdf", state=Document.State.FAILED)
    with tenant_scope(alice.organisation, durable=True):
        announce_failure(document)
    deliver_events()
    assert titles(dora) == ["oak.pdf could not be read"]
    assert titles(bob) == []
    assert told(dora)[0].url == f"/build/{assistant.public_id}/knowledge"


def test_a_version_is_told_to_the_other_owners(alice: Actor, dora: Actor) -> None:
    assistant = make_assistant(dora, "Wood Library")
    publish_version(actor=alice, assistant_id=assistant.public_id, note="")
    deliver_events()
    assert "Alice Moss published Wood Library, version 1" in titles(dora)
    assert "Alice Moss published Wood Library, version 1" not in titles(alice)
