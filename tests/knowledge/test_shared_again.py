"""Restoring a version shares a source of another assistant again only for somebody who may look into that one."""

import pytest

from assistants.building.actions.publish import publish
from assistants.building.actions.restore_version import restore_version
from assistants.building.models import Assistant
from assistants.knowledge.actions.share_source import share_source
from assistants.knowledge.actions.unshare_source import unshare_source
from assistants.knowledge.models import Document
from assistants.knowledge.queries import manifest
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.factories.building import make_assistant, make_source, share
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def origin(alice: Actor) -> Assistant:
    return make_assistant(alice, "Handbook keeper")


@pytest.fixture
def handbook(alice: Actor, origin: Assistant) -> Document:
    return make_source(alice, origin, "handbook.txt")


@pytest.fixture
def target(alice: Actor, handbook: Document) -> Assistant:
    """It was published with the handbook."""
    made = make_assistant(alice, "Newcomers' guide")
    share_source(actor=alice, source_set=made.source_set, source_id=handbook.source.public_id)
    publish(actor=alice, assistant_id=made.public_id, visibility="organisation")
    return made


@pytest.fixture
def dora(alice: Actor, target: Assistant) -> Actor:
    """A builder who may edit the guide, and knows nothing of where its handbook lies."""
    builder = add_member(alice.organisation, make_user("dora@example.org"), role=Role.BUILDER)
    share(alice, target.public_id, builder, Level.EDIT)
    return builder


def unshare(alice: Actor, target: Assistant, handbook: Document) -> None:
    unshare_source(actor=alice, source_set=target.source_set, source_id=handbook.source.public_id)


def known(target: Assistant) -> tuple[int, ...]:
    with tenant_scope(target.organisation_id):
        return manifest(target.source_set)


def test_who_may_not_look_into_the_origin_does_not_share_it_again(
    alice: Actor, dora: Actor, target: Assistant, handbook: Document
) -> None:
    unshare(alice, target, handbook)
    restored = restore_version(actor=dora, assistant_id=target.public_id, number=1)
    assert (restored.left_out, known(target)) == (1, ())


def test_who_may_does(
    alice: Actor, dora: Actor, origin: Assistant, target: Assistant, handbook: Document
) -> None:
    unshare(alice, target, handbook)
    share(alice, origin.public_id, dora, Level.VIEW)
    restored = restore_version(actor=dora, assistant_id=target.public_id, number=1)
    assert (restored.left_out, known(target)) == (0, (handbook.pk,))


def test_what_is_shared_still_stays_shared(dora: Actor, target: Assistant, handbook: Document) -> None:
    restored = restore_version(actor=dora, assistant_id=target.public_id, number=1)
    assert (restored.left_out, known(target)) == (0, (handbook.pk,))


def test_the_page_says_that_one_was_left_out(
    alice: Actor, dora: Actor, target: Assistant, handbook: Document
) -> None:
    unshare(alice, target, handbook)
    answer = client_for(dora).post(f"/build/{target.public_id}/versions/1/restore", follow=True)
    assert "1 source of another assistant was left out" in answer.content.decode()
