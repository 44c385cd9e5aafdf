"""What an organisation allows: one document, set by whoever may, guarded against writing over each other."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.errors import InvalidInput, PermissionDenied, StaleRevision
from kernel.models import OutboxEvent
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import patch_policy, set_policy
from organisations.actors import Actor
from organisations.models import AuditEntry, Organisation, Policy
from organisations.policy import PolicyDocument, policy_of
from organisations.policy_cache import policy_in_force

pytestmark = pytest.mark.django_db(transaction=True)


def present(actor: Actor) -> PolicyDocument:
    with tenant_scope(actor.organisation):
        return policy_of(actor.organisation)


def refused_fields(actor: Actor, document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        set_policy(actor=actor, document=document)
    return {error.field: error.code for error in caught.value.errors}


def test_without_a_policy_everything_is_allowed(alice: Actor) -> None:
    policy = present(alice)
    assert policy == PolicyDocument()
    assert policy.building.create.roles is None
    assert policy.publishing.links is True


def test_it_is_saved_whole_with_a_revision(alice: Actor) -> None:
    row = set_policy(actor=alice, document={"publishing": {"links": False}}, revision=0)
    assert row.revision == 1
    assert present(alice).publishing.links is False
    again = set_policy(actor=alice, document={"files": {"max_mb": 5}}, revision=1)
    assert again.revision == 2
    assert present(alice).publishing.links is True, "what is left out takes its default"


def test_the_same_again_changes_nothing(alice: Actor) -> None:
    set_policy(actor=alice, document={"publishing": {"links": False}})
    assert set_policy(actor=alice, document={"publishing": {"links": False}}).revision == 1


def test_a_patch_merges(alice: Actor) -> None:
    set_policy(actor=alice, document={"publishing": {"links": False}, "files": {"max_mb": 5}})
    patch_policy(actor=alice, patch={"files": {"max_mb": None}, "hosts": {"blocked": ["bad.example"]}})
    policy = present(alice)
    assert (policy.publishing.links, policy.files.max_mb, policy.hosts.blocked) == (
        False,
        None,
        ("bad.example",),
    )


def test_a_stale_writer_is_told(alice: Actor) -> None:
    set_policy(actor=alice, document={"publishing": {"links": False}}, revision=0)
    with pytest.raises(StaleRevision):
        set_policy(actor=alice, document={}, revision=0)
    assert present(alice).publishing.links is False


def test_a_member_may_not(bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        set_policy(actor=bob, document={})


def test_every_wrong_field_is_named(alice: Actor) -> None:
    document = {
        "building": {"create": {"roles": ["owner", "wizard"]}, "nonsense": 1},
        "files": {"max_mb": 0},
        "publishing": {"links": "perhaps"},
    }
    assert refused_fields(alice, document) == {
        "building.nonsense": "unknown_field",
        "files.max_mb": "out_of_range",
        "publishing.links": "wrong_type",
    }


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"building": {"create": {"roles": ["wizard"]}}}, "building.create.roles"),
        ({"publishing": {"store": {"roles": ["member"]}}}, "publishing.store.roles"),
        ({"models": {"models": ["openai/none"]}}, "models.models"),
        ({"models": {"providers": ["nobody"]}}, "models.providers"),
        ({"models": {"regions": ["atlantis"]}}, "models.regions"),
        ({"files": {"types": ["exe"]}}, "files.types"),
        ({"hosts": {"allowed": ["https://x.example/"]}}, "hosts.allowed"),
        ({"hosts": {"blocked": ["*"]}}, "hosts.blocked"),
        ({"joining": {"domains": ["harbour"]}}, "joining.domains"),
        ({"joining": {"domains": ["Gmail.com"]}}, "joining.domains"),
        ({"joining": {"role": "owner"}}, "joining.role"),
        ({"joining": {"role": "admin"}}, "joining.role"),
    ],
)
def test_names_that_do_not_exist_are_refused(alice: Actor, document: dict[str, Any], field: str) -> None:
    assert list(refused_fields(alice, document)) == [field]


@pytest.mark.parametrize("document", [[], "text", 3, None])
def test_something_that_is_no_object_is_refused(alice: Actor, document: Any) -> None:
    assert refused_fields(alice, document)


def test_hosts_and_domains_are_tidied(alice: Actor) -> None:
    set_policy(
        actor=alice,
        document={
            "hosts": {"allowed": [" Docs.Example.ORG. ", "docs.example.org", "*.Bücher.example"]},
            "joining": {"domains": ["Harbour.Example"]},
        },
    )
    policy = present(alice)
    assert policy.hosts.allowed == ("docs.example.org", "*.xn--bcher-kva.example")
    assert policy.joining.domains == ("harbour.example",)


def test_the_second_factor_is_kept_in_step_with_the_organisation(alice: Actor) -> None:
    set_policy(actor=alice, document={"joining": {"mfa_required": True}})
    assert Organisation.objects.get(pk=alice.organisation.pk).mfa_required is True
    set_policy(actor=alice, document={})
    assert Organisation.objects.get(pk=alice.organisation.pk).mfa_required is False


def test_the_log_has_what_changed_before_and_after(alice: Actor) -> None:
    set_policy(actor=alice, document={"publishing": {"links": False}})
    with tenant_scope(alice.organisation):
        entry = AuditEntry.objects.for_organisation(alice.organisation).get(action="policy.changed")
    assert list(entry.before) == list(entry.after) == ["publishing"]
    assert (entry.before["publishing"]["links"], entry.after["publishing"]["links"]) == (True, False)


def test_it_is_announced(alice: Actor) -> None:
    set_policy(actor=alice, document={"publishing": {"links": False}})
    with tenant_scope(alice.organisation):
        event = OutboxEvent.objects.across_organisations(reason="a test").get(kind="policy.changed")
    assert event.payload == {"revision": 1, "sections": ["publishing"]}


def test_this_process_sees_a_change_at_once(alice: Actor) -> None:
    assert policy_in_force(alice.organisation.pk).publishing.links is True
    set_policy(actor=alice, document={"publishing": {"links": False}})
    assert policy_in_force(alice.organisation.pk).publishing.links is False


def test_asking_again_costs_no_query_whether_or_not_there_is_a_policy(alice: Actor, charlie: Actor) -> None:
    set_policy(actor=alice, document={"publishing": {"links": False}})
    for actor in (alice, charlie):
        policy_in_force(actor.organisation.pk)
        with CaptureQueriesContext(connection) as queries:
            for _ in range(50):
                policy_in_force(actor.organisation.pk)
        assert len(queries) == 0


def test_another_organisation_has_its_own(alice: Actor, charlie: Actor) -> None:
    set_policy(actor=alice, document={"publishing": {"links": False}})
    assert present(charlie).publishing.links is True
    with tenant_scope(charlie.organisation):
        assert not Policy.objects.across_organisations(reason="the wall").exists()
