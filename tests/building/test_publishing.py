"""Publishing: immutable numbered versions, checks, who may use what, and the way back."""

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.publish import publish
from assistants.building.actions.publish_version import NotReadyToPublish, publish_version
from assistants.building.actions.purge_assistants import purge_assistants
from assistants.building.actions.restore_assistant import restore_assistant
from assistants.building.actions.restore_version import restore_version
from assistants.building.actions.set_publication import set_publication
from assistants.building.actions.unpublish import NothingPublished, unpublish
from assistants.building.actions.update_draft import update_draft
from assistants.building.checks import run_checks
from assistants.building.models import Assistant, Draft, Publication, Version
from assistants.building.opening import EmailNotVerified, PublicationSuspended
from assistants.building.queries import access_assistant, draft_of, specification_of
from assistants.building.slugs import slug_from_name
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import manifest
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.models import OutboxEvent
from kernel.registries import PublishCheck, PublishProblem, publish_checks
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.factories.building import (
    make_assistant,
    make_publication,
    make_source,
    present_draft,
    present_publication,
    share,
)
from tests.factories.organisations import add_member, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def builder(alice: Actor) -> Actor:
    """Somebody who builds in Alice's organisation and may not publish."""
    return add_member(alice.organisation, make_user("bo@example.org"), Role.BUILDER)


def problems_of(actor: Actor, assistant: Assistant) -> dict[str, bool]:
    with tenant_scope(actor.organisation):
        found = access_assistant(actor, assistant.public_id)
        results = run_checks(actor, found, specification_of(draft_of(found)))
        return {p.code: p.blocking for result in results for p in result.problems}


# --- Versions ---


def test_versions_are_numbered_and_hold_the_draft_of_their_moment(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    first = publish_version(actor=alice, assistant_id=assistant.public_id, note="Begin")
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"profile": {"name": "Grace"}})
    second = publish_version(actor=alice, assistant_id=assistant.public_id, note="")
    assert (first.number, second.number) == (1, 2)
    assert first.specification["profile"]["name"] == "Ada"
    assert first.content_hash != second.content_hash
    assert (first.note, first.author_name) == ("Begin", "Alice Moss")
    assert present_publication(alice, assistant).live_version_id == second.pk


@pytest.mark.parametrize(
    "statement", ["UPDATE building_version SET note = 'x'", "DELETE FROM building_version"]
)
def test_a_version_never_changes(alice: Actor, statement: str) -> None:
    make_publication(alice)
    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, tenant_scope(alice.organisation), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_version_keeps_its_manifest_when_sources_change(alice: Actor) -> None:
    assistant = make_assistant(alice)
    handbook = make_source(alice, assistant, "handbook.txt")
    make_source(alice, assistant, "late.txt", state="parsing", searchable=False)
    first = publish_version(actor=alice, assistant_id=assistant.public_id)
    prices = make_source(alice, assistant, "prices.txt")
    second = publish_version(actor=alice, assistant_id=assistant.public_id)
    assert first.manifest == [handbook.pk]
    assert second.manifest == [handbook.pk, prices.pk]
    assert first.content_hash != second.content_hash


def test_going_back_brings_definition_and_sources_back(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    handbook = make_source(alice, assistant, "handbook.txt")
    publish_version(actor=alice, assistant_id=assistant.public_id)
    make_source(alice, assistant, "prices.txt")
    with tenant_scope(alice.organisation):
        Source.objects.for_organisation(alice.organisation).filter(name="handbook.txt").update(
            removed_at=timezone.now()
        )
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"profile": {"name": "Grace"}})
    draft = restore_version(actor=alice, assistant_id=assistant.public_id, number=1).draft
    assert draft.specification["profile"]["name"] == "Ada"
    with tenant_scope(alice.organisation):
        found = access_assistant(alice, assistant.public_id)
        assert found.name == "Ada"
        assert manifest(found.source_set) == (handbook.pk,)


def test_a_version_that_never_was_cannot_be_restored(alice: Actor) -> None:
    assistant = make_assistant(alice)
    with pytest.raises(NotFound):
        restore_version(actor=alice, assistant_id=assistant.public_id, number=1)


# --- Checks ---


def test_without_name_or_model_nothing_is_published(alice: Actor) -> None:
    assistant = make_assistant(alice)
    update_draft(
        actor=alice, assistant_id=assistant.public_id, patch={"profile": {"name": ""}, "model": {"id": ""}}
    )
    with pytest.raises(NotReadyToPublish) as raised:
        publish_version(actor=alice, assistant_id=assistant.public_id)
    assert {error.code for error in raised.value.errors} == {"name_missing", "model_missing"}
    with tenant_scope(alice.organisation):
        assert not Version.objects.for_organisation(alice.organisation).exists()


def test_sources_under_way_and_failed_ones_are_warned_of_by_name(alice: Actor) -> None:
    assistant = make_assistant(alice, profile={"tagline": "x"}, answer_policy={"grounding": "only"})
    assert problems_of(alice, assistant) == {"no_sources": False}
    make_source(alice, assistant, "late.txt", state="parsing", searchable=False)
    make_source(alice, assistant, "locked.pdf", state="failed", searchable=False)
    assert problems_of(alice, assistant) == {
        "sources_working": False,
        "sources_failed": False,
        "no_sources": False,
    }
    make_source(alice, assistant, "done.txt")
    assert "no_sources" not in problems_of(alice, assistant)
    assert publish_version(actor=alice, assistant_id=assistant.public_id).number == 1


@pytest.mark.parametrize(
    "secret", ["sk-proj-abcdefghij0123456789XY", "-----BEGIN RSA PRIVATE KEY-----", "AKIAABCDEFGHIJKLMNOP"]
)
def test_a_key_in_the_instructions_stops_publishing(alice: Actor, secret: str) -> None:
    assistant = make_assistant(
        alice, profile={"tagline": "x"}, instructions={"text": f"Use {secret} for calls."}
    )
    assert problems_of(alice, assistant) == {"secret_in_instructions": True}


def test_another_room_may_refuse(alice: Actor) -> None:
    refusal = PublishCheck("test.refuses", lambda *_: [PublishProblem("not_today", "Not today.")], "A test")
    publish_checks.register(refusal)
    try:
        with pytest.raises(NotReadyToPublish, match="Not today"):
            make_publication(alice)
    finally:
        publish_checks._items.remove(refusal)


# --- Publications ---


def test_the_first_version_is_for_builders_only(alice: Actor) -> None:
    assistant = make_assistant(alice, "First Fortnight", profile={"starters": ["Hello?"], "tagline": "Helps"})
    publish_version(actor=alice, assistant_id=assistant.public_id)
    publication = present_publication(alice, assistant)
    assert (publication.visibility, publication.state) == ("private", "live")
    assert (publication.slug, publication.starters, publication.tagline) == (
        "first-fortnight",
        ["Hello?"],
        "Helps",
    )


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("GPT helper", "my-gpt-helper"),
        ("新员工手册", "assistant-"),
        ("Ärger & Co", "arger-co"),
        ("__", "assistant-"),
    ],
)
def test_slugs_are_ascii_and_never_begin_like_openais_models(name: str, beginning: str) -> None:
    slug = slug_from_name(name)
    assert slug.startswith(beginning)
    assert slug.isascii() and not slug.startswith("gpt")


def test_two_organisations_with_the_same_name_get_two_slugs(alice: Actor, charlie: Actor) -> None:
    one, other = make_publication(alice, name="Plain Words"), make_publication(charlie, name="Plain Words")
    assert one.slug == "plain-words"
    assert other.slug.startswith("plain-words-")


@pytest.mark.parametrize("slug", ["a", "gpt-4", "Ab c", "-x-", "x--y", "ünder", "asst_x", "x" * 65, ""])
def test_a_slug_that_cannot_be_used_is_refused(alice: Actor, slug: str) -> None:
    publication = make_publication(alice)
    with pytest.raises(InvalidInput) as raised:
        set_publication(
            actor=alice, assistant_id=publication.assistant.public_id, visibility="organisation", slug=slug
        )
    assert raised.value.errors[0].field == "slug"


def test_a_taken_slug_is_refused_and_nothing_changes(alice: Actor, charlie: Actor) -> None:
    taken = make_publication(charlie, name="Plain Words").slug
    mine = make_publication(alice, "private")
    with pytest.raises(InvalidInput) as raised:
        set_publication(
            actor=alice, assistant_id=mine.assistant.public_id, visibility="organisation", slug=taken
        )
    assert raised.value.errors[0].code == "slug_taken"
    assert present_publication(alice, mine.assistant).visibility == "private"


def test_builders_publish_for_builders_and_publishers_for_others(builder: Actor) -> None:
    assistant = make_assistant(builder)
    publish_version(actor=builder, assistant_id=assistant.public_id)
    for visibility in ("organisation", "link", "public"):
        with pytest.raises(PermissionDenied):
            set_publication(actor=builder, assistant_id=assistant.public_id, visibility=visibility)


def test_a_builder_may_not_touch_what_others_use(alice: Actor, builder: Actor) -> None:
    used = make_publication(alice, "organisation").assistant.public_id
    with pytest.raises(NotFound):  # nothing of it was given to them
        publish_version(actor=builder, assistant_id=used)
    share(alice, used, builder, Level.OWN)
    with pytest.raises(PermissionDenied):
        publish_version(actor=builder, assistant_id=used)
    with pytest.raises(PermissionDenied):
        unpublish(actor=builder, assistant_id=used)
    with pytest.raises(PermissionDenied):
        delete_assistant(actor=builder, assistant_id=used)
    with pytest.raises(PermissionDenied):
        set_publication(actor=builder, assistant_id=used, visibility="private")


def test_the_public_store_needs_a_confirmed_address(alice: Actor) -> None:
    assistant = make_publication(alice, "link").assistant
    EmailAddress.objects.filter(user=alice.user).update(verified=False)
    with pytest.raises(EmailNotVerified):
        set_publication(actor=alice, assistant_id=assistant.public_id, visibility="public")
    EmailAddress.objects.filter(user=alice.user).update(verified=True)
    assert (
        set_publication(actor=alice, assistant_id=assistant.public_id, visibility="public").visibility
        == "public"
    )


def test_publishing_to_people_is_all_or_nothing(alice: Actor) -> None:
    assistant = make_assistant(alice)
    with pytest.raises(InvalidInput):
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation", slug="gpt-5")
    with tenant_scope(alice.organisation):
        assert not Version.objects.for_organisation(alice.organisation).exists()


def test_nothing_can_be_opened_before_the_first_version(alice: Actor) -> None:
    assistant = make_assistant(alice)
    with pytest.raises(NothingPublished):
        set_publication(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    with pytest.raises(NothingPublished):
        unpublish(actor=alice, assistant_id=assistant.public_id)


def test_a_new_version_of_a_withdrawn_one_stays_withdrawn(alice: Actor) -> None:
    assistant = make_publication(alice).assistant
    unpublish(actor=alice, assistant_id=assistant.public_id)
    publish_version(actor=alice, assistant_id=assistant.public_id)
    assert present_publication(alice, assistant).state == "unpublished"
    set_publication(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    assert present_publication(alice, assistant).state == "live"


def test_a_suspended_one_cannot_be_opened_by_its_creator(alice: Actor) -> None:
    publication = make_publication(alice)
    with tenant_scope(alice.organisation):
        Publication.objects.for_organisation(alice.organisation).update(state="suspended")
    with pytest.raises(PublicationSuspended):
        set_publication(actor=alice, assistant_id=publication.assistant.public_id, visibility="private")


def test_the_disclosure_is_derived(alice: Actor) -> None:
    free = make_publication(alice, answer_policy={"grounding": "free", "citations": False}).disclosure
    only = make_publication(alice, answer_policy={"grounding": "only"}).disclosure
    assert free["hosts"] == []
    assert free["models"][0]["id"] == "bottega/quote"
    assert {"may_use_general_knowledge", "no_citations"} <= set(free["limits"])
    assert "answers_only_from_sources" in only["limits"]
    assert {item["what"] for item in only["stored"]} == {"conversations", "usage"}
    assert "model_provider" not in only["visible_to"]


def test_events_tell_other_rooms(alice: Actor) -> None:
    publication = make_publication(alice, "public")
    unpublish(actor=alice, assistant_id=publication.assistant.public_id)
    with tenant_scope(alice.organisation):
        rows = OutboxEvent.objects.for_organisation(alice.organisation).order_by("id")
        rows = rows.filter(kind__in=["assistant.published", "publication.changed"])
        seen = [(row.kind, row.payload["publication"], row.payload["state"]) for row in rows]
    identity = publication.public_id
    assert seen == [
        ("assistant.published", identity, "live"),
        ("publication.changed", identity, "live"),
        ("publication.changed", identity, "unpublished"),
    ]


# --- The bin ---


def test_deleting_withdraws_and_restoring_does_not_publish(alice: Actor) -> None:
    assistant = make_publication(alice, "public").assistant
    delete_assistant(actor=alice, assistant_id=assistant.public_id)
    with pytest.raises(NotFound):
        delete_assistant(actor=alice, assistant_id=assistant.public_id)
    restore_assistant(actor=alice, assistant_id=assistant.public_id)
    assert present_publication(alice, assistant).state == "unpublished"
    assert present_draft(alice, assistant)["profile"]["name"] == assistant.name


def test_the_bin_is_emptied_after_30_days_with_versions_and_sources(alice: Actor) -> None:
    old, young = make_publication(alice).assistant, make_publication(alice).assistant
    for assistant, days in ((old, 31), (young, 29)):
        make_source(alice, assistant)
        delete_assistant(actor=alice, assistant_id=assistant.public_id)
        with tenant_scope(alice.organisation):
            rows = Assistant.objects.for_organisation(alice.organisation).filter(pk=assistant.pk)
            rows.update(deleted_at=timezone.now() - timezone.timedelta(days=days))
    assert purge_assistants() == 1
    with across_organisations(reason="look"), transaction.atomic():
        for model in (Assistant, Draft, Version, Publication, SourceSet, Source):
            assert model.objects.across_organisations(reason="look").count() == 1
