"""A source that several assistants of an organisation answer from."""

import pytest

from assistants.building.actions.duplicate_assistant import duplicate_assistant
from assistants.building.actions.publish import publish
from assistants.building.actions.restore_version import restore_version
from assistants.building.models import Assistant, Version
from assistants.building.plans import plan_for_draft
from assistants.knowledge.actions.remove_source import remove_source, restore_source
from assistants.knowledge.actions.share_source import share_source
from assistants.knowledge.actions.unshare_source import unshare_source
from assistants.knowledge.models import Document, SharedSource
from assistants.knowledge.queries import manifest, source_count
from assistants.knowledge.sharing import also_gone_from, origins, shareable, shared_with, users_of
from assistants.knowledge.standing import sources_standing
from kernel.errors import NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.factories.building import make_assistant, make_source
from tests.factories.building import share as grant
from tests.factories.organisations import add_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def origin(alice: Actor) -> Assistant:
    return make_assistant(alice, "Handbook keeper")


@pytest.fixture
def handbook(alice: Actor, origin: Assistant) -> Document:
    return make_source(alice, origin, "handbook.txt")


@pytest.fixture
def target(alice: Actor) -> Assistant:
    return make_assistant(alice, "Newcomers' guide")


def share(actor: Actor, target: Assistant, document: Document) -> None:
    share_source(actor=actor, source_set=target.source_set, source_id=document.source.public_id)


def test_it_is_answered_from_where_it_lies(
    alice: Actor, origin: Assistant, target: Assistant, handbook: Document
) -> None:
    own = make_source(alice, target, "own.txt")
    share(alice, target, handbook)
    scope = plan_for_draft(alice, target.public_id).knowledge
    assert scope is not None
    assert set(scope.document_ids) == {own.pk, handbook.pk}
    assert set(scope.source_set_ids) == {origin.source_set_id, target.source_set_id}
    with tenant_scope(alice.organisation):
        assert source_count(target.source_set) == 2
        assert sources_standing(target.source_set).ready == ("handbook.txt", "own.txt")


def test_both_sides_are_named(alice: Actor, origin: Assistant, target: Assistant, handbook: Document) -> None:
    with tenant_scope(alice.organisation):
        assert [one.pk for one in shareable(alice, target.source_set, "hand")] == [handbook.source_id]
    share(alice, target, handbook)
    with tenant_scope(alice.organisation):
        assert not shareable(alice, target.source_set)
        [shared] = shared_with(target.source_set)
        named = origins(alice, target.source_set, [shared])[shared.pk]
        assert named is not None and (named.id, named.name) == (origin.public_id, "Handbook keeper")
        users = users_of(alice, [shared])[shared.pk]
        assert also_gone_from(users) == "It is gone from these drafts too: Newcomers' guide."
        assert [one.name for one in users.known] == ["Newcomers' guide"] and users.others == 0


def test_sharing_twice_or_with_itself_adds_nothing(
    alice: Actor, origin: Assistant, target: Assistant, handbook: Document
) -> None:
    share(alice, target, handbook)
    share(alice, target, handbook)
    share(alice, origin, handbook)
    with tenant_scope(alice.organisation):
        assert SharedSource.objects.for_organisation(alice.organisation).count() == 1


def test_who_may_not_look_into_the_origin_may_not_share_it(
    alice: Actor, target: Assistant, handbook: Document, charlie: Actor
) -> None:
    builder = add_member(alice.organisation, make_user("dora@example.org"), role=Role.BUILDER)
    grant(alice, target.public_id, builder, Level.EDIT)
    for actor in (builder, charlie):
        with pytest.raises(NotFound):
            share(actor, make_assistant(actor, "Own"), handbook)


def test_a_member_may_not_share(bob: Actor, target: Assistant, handbook: Document) -> None:
    with pytest.raises(PermissionDenied):
        share(bob, target, handbook)


def test_a_missing_source_and_a_foreign_one_answer_alike(
    alice: Actor, target: Assistant, charlie: Actor
) -> None:
    foreign = make_source(charlie, make_assistant(charlie, "Foreign"), "foreign.txt")
    for source_id in (foreign.source.public_id, "src_missing"):
        with pytest.raises(NotFound):
            share_source(actor=alice, source_set=target.source_set, source_id=source_id)


def test_what_is_removed_where_it_lies_is_gone_here_until_it_is_back(
    alice: Actor, origin: Assistant, target: Assistant, handbook: Document
) -> None:
    share(alice, target, handbook)
    place = {"actor": alice, "source_set": origin.source_set, "source_id": handbook.source.public_id}
    remove_source(**place)
    with tenant_scope(alice.organisation):
        assert manifest(target.source_set) == ()
    restore_source(**place)
    with tenant_scope(alice.organisation):
        assert manifest(target.source_set) == (handbook.pk,)


def test_versions_keep_it_and_bring_it_back(alice: Actor, target: Assistant, handbook: Document) -> None:
    share(alice, target, handbook)
    publish(actor=alice, assistant_id=target.public_id, visibility="organisation")
    unshare_source(actor=alice, source_set=target.source_set, source_id=handbook.source.public_id)
    with tenant_scope(alice.organisation):
        assert manifest(target.source_set) == ()
        version = Version.objects.for_organisation(alice.organisation).get(assistant=target)
        assert version.manifest == [handbook.pk]
    restore_version(actor=alice, assistant_id=target.public_id, number=1)
    with tenant_scope(alice.organisation):
        assert manifest(target.source_set) == (handbook.pk,)


def test_ending_a_share_that_is_none_is_not_found(
    alice: Actor, target: Assistant, handbook: Document
) -> None:
    with pytest.raises(NotFound):
        unshare_source(actor=alice, source_set=target.source_set, source_id=handbook.source.public_id)


def test_a_copy_shares_what_was_shared(alice: Actor, target: Assistant, handbook: Document) -> None:
    share(alice, target, handbook)
    copy = duplicate_assistant(actor=alice, assistant_id=target.public_id)
    with tenant_scope(alice.organisation):
        assert manifest(copy.source_set) == (handbook.pk,)
