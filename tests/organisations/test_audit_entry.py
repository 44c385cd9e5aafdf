"""One line of the audit log, on its page and in the REST API."""

from dataclasses import replace

import pytest

from kernel.tenancy import tenant_scope
from organisations.actions.rename_organisation import rename_organisation
from organisations.actions.seal_audit_log import seal_audit_log
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import AuditEntry, CustomRole
from tests.fixtures.people import api_client_for, client_for


def newest(actor: Actor) -> AuditEntry:
    with tenant_scope(actor.organisation):
        entry: AuditEntry = AuditEntry.objects.for_organisation(actor.organisation).latest("id")
        return entry


def renamed(alice: Actor) -> AuditEntry:
    actor = replace(alice, request_id="req_seen", ip="203.0.113.9", staff="ops@bottega.example")
    rename_organisation(actor=actor, name="Harbour")
    return newest(alice)


def test_it_shows_what_was_and_what_became(alice: Actor) -> None:
    entry = renamed(alice)
    shown = client_for(alice).get(f"/organisation/audit/{entry.public_id}/").content.decode()
    for text in (
        "Harbour &amp; Pine",
        "<ins>Harbour</ins>",
        "203.0.113.9",
        "req_seen",
        "ops@bottega.example",
    ):
        assert text in shown


def test_fields_and_values_are_in_words(alice: Actor) -> None:
    with tenant_scope(alice.organisation):
        record_audit(
            alice,
            "member.role_changed",
            before={"role": "member", "permissions": ["audit:view"]},
            after={"role": "admin", "permissions": [], "mfa": {"required": True}},
        )
    shown = client_for(alice).get(f"/organisation/audit/{newest(alice).public_id}/").content.decode()
    for text in (
        "<del>Member</del>",
        "<ins>Administrator</ins>",
        "<del>Read the audit log</del>",
        "<ins>Yes</ins>",
    ):
        assert text in shown


def test_a_role_of_ones_own_is_shown_by_its_name(alice: Actor) -> None:
    with tenant_scope(alice.organisation):
        role = CustomRole.objects.create(
            organisation=alice.organisation, name="Auditor", permissions=["audit:view"]
        )
        record_audit(
            alice, "member.role_changed", before={"role": role.public_id}, after={"role": "role_gone"}
        )
    shown = client_for(alice).get(f"/organisation/audit/{newest(alice).public_id}/").content.decode()
    assert "<del>Auditor</del>" in shown
    assert "<ins>role_gone</ins>" in shown


def test_a_foreign_and_a_missing_one_answer_alike(alice: Actor, charlie: Actor) -> None:
    foreign = renamed(alice).public_id
    client, api = client_for(charlie), api_client_for(charlie)
    assert client.get(f"/organisation/audit/{foreign}/").status_code == 404
    assert client.get("/organisation/audit/aud_missing/").status_code == 404
    answers = [api.get(f"/api/v1/organisation/audit/{key}") for key in (foreign, "aud_missing")]
    assert [answer.status_code for answer in answers] == [404, 404]
    first, second = ({**answer.json(), "request_id": ""} for answer in answers)
    assert first == second


def test_members_do_not_see_it(alice: Actor, bob: Actor) -> None:
    key = renamed(alice).public_id
    assert client_for(bob).get(f"/organisation/audit/{key}/").status_code == 403
    assert api_client_for(bob).get("/api/v1/organisation/audit").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_api_gives_all_of_it_with_its_link(alice: Actor) -> None:
    entry = renamed(alice)
    client = api_client_for(alice)
    address = f"/api/v1/organisation/audit/{entry.public_id}"
    assert client.get(address).json()["seal"] is None
    seal_audit_log(organisation_id=alice.organisation.pk)
    made = client.get(address).json()
    assert alice.user is not None
    assert made["actor"] == {
        "id": alice.user.public_id,
        "label": "alice@example.org",
        "by_key": False,
        "staff": "ops@bottega.example",
    }
    assert (made["before"], made["after"]) == ({"name": "Harbour & Pine"}, {"name": "Harbour"})
    assert (made["ip"], made["request_id"]) == ("203.0.113.9", "req_seen")
    assert made["seal"]["number"] == 2
    assert len(made["seal"]["chain_hash"]) == 64


def test_the_api_lists_with_filters_and_cursors(alice: Actor) -> None:
    for number in range(5):
        rename_organisation(actor=alice, name=f"Name {number}")
    client = api_client_for(alice)
    first = client.get("/api/v1/organisation/audit", {"action": "organisation.renamed", "limit": 3}).json()
    assert [item["after"]["name"] for item in first["results"]] == ["Name 4", "Name 3", "Name 2"]
    second = client.get(
        "/api/v1/organisation/audit",
        {"action": "organisation.renamed", "limit": 3, "cursor": first["next"]},
    ).json()
    assert [item["after"]["name"] for item in second["results"]] == ["Name 1", "Name 0"]
    assert second["next"] is None
    searched = client.get("/api/v1/organisation/audit", {"search": "pine", "limit": 1}).json()
    assert [item["after"]["name"] for item in searched["results"]] == ["Name 0"]


def test_the_api_refuses_a_day_that_is_none(alice: Actor) -> None:
    answer = api_client_for(alice).get("/api/v1/organisation/audit", {"to": "soon"})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["to"]


@pytest.mark.django_db(transaction=True)
def test_the_page_says_how_far_the_chain_holds(alice: Actor) -> None:
    rename_organisation(actor=alice, name="Harbour")
    seal_audit_log(organisation_id=alice.organisation.pk)
    assert "The chain holds up to link 2" in client_for(alice).get("/organisation/audit/").content.decode()
