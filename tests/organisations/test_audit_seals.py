"""The chain over the audit log: every entry has its link, and nothing can be changed unnoticed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier, BoundedSemaphore
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from kernel.tenancy import tenant_scope
from organisations.actions.rename_organisation import rename_organisation
from organisations.actions.seal_audit_log import seal_audit_log, seal_every_audit_log
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import AuditEntry, AuditSeal
from organisations.sealing import COLUMNS, GENESIS, chain_hash, entry_hash
from organisations.verification import verify_chain
from tests.harness.database import admin_url

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 100
# The test server has a hundred connections for all that runs on it.
CONNECTIONS = 30
ENTRY, SEAL = AuditEntry._meta.db_table, AuditSeal._meta.db_table


def seals(actor: Actor) -> list[AuditSeal]:
    with tenant_scope(actor.organisation):
        rows = AuditSeal.objects.for_organisation(actor.organisation).order_by("number")
        return list(rows.select_related("entry"))


def rename_often(actor: Actor, times: int = 5) -> None:
    for number in range(times):
        rename_organisation(actor=actor, name=f"Name {number}")


def tamper(*statements: str) -> None:
    """Do what the tables' owner can: switch the triggers off, and change rows."""
    with psycopg.connect(admin_url(database=connection.settings_dict["NAME"])) as server:
        server.execute("SET session_replication_role = replica")
        for statement in statements:
            server.execute(statement)


def verify(*arguments: str) -> tuple[str, str]:
    """What the command says, and the error that it ends with."""
    out = StringIO()
    try:
        call_command("verify_audit_log", *arguments, stdout=out)
    except CommandError as error:
        assert error.returncode == 1
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_each_link_stands_for_its_entry_and_all_links_before(alice: Actor) -> None:
    rename_often(alice)
    seal_audit_log(organisation_id=alice.organisation.pk)
    made, previous = seals(alice), GENESIS
    assert [seal.number for seal in made] == list(range(1, 7))
    for seal in made:
        assert seal.entry_hash == entry_hash(seal.entry)
        assert seal.chain_hash == chain_hash(previous, seal.number, seal.entry_hash)
        previous = seal.chain_hash


def test_a_hash_stands_for_every_column() -> None:
    assert set(COLUMNS) == {field.attname for field in AuditEntry._meta.concrete_fields}


def test_entries_are_sealed_right_after_their_commit(alice: Actor, run_jobs: Callable[[], list[str]]) -> None:
    rename_often(alice)
    assert run_jobs().count("organisations.seal_audit_log") == 1  # six entries, one task
    assert len(seals(alice)) == 6


def test_what_comes_after_a_sealer_began_asks_for_another_one(
    alice: Actor, run_jobs: Callable[[], list[str]]
) -> None:
    run_jobs()
    rename_organisation(actor=alice, name="Later")
    assert run_jobs() == ["organisations.seal_audit_log"]
    assert verify_chain(alice.organisation).waiting == 0


def test_an_entry_that_commits_after_a_later_one_was_sealed_gets_its_link(alice: Actor) -> None:
    def write_slowly(written: Barrier, may_commit: Barrier) -> None:
        with tenant_scope(alice.organisation, durable=True):
            record_audit(alice, "organisation.renamed")
            written.wait(10)
            may_commit.wait(10)
        connections.close_all()

    written, may_commit = Barrier(2), Barrier(2)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(write_slowly, written, may_commit)
        written.wait(10)
        rename_organisation(actor=alice, name="Overtakes")
        seal_audit_log(organisation_id=alice.organisation.pk)
        may_commit.wait(10)
        slow.result()
    seal_audit_log(organisation_id=alice.organisation.pk)
    made = seals(alice)
    assert made[-1].entry_id < made[-2].entry_id
    assert not verify_chain(alice.organisation).problems


def test_an_old_leftover_is_found_by_the_look_at_everything(alice: Actor) -> None:
    rename_often(alice)
    seal_audit_log(organisation_id=alice.organisation.pk)
    rename_organisation(actor=alice, name="Forgotten")
    tamper(
        f"UPDATE {ENTRY} SET created_at = created_at - interval '1 day'"
        f" WHERE id NOT IN (SELECT entry_id FROM {SEAL})"
    )
    assert seal_audit_log(organisation_id=alice.organisation.pk) == 0
    assert "is not sealed" in verify("--organisation", alice.organisation.slug)[0]
    assert seal_every_audit_log() >= 1
    assert verify()[1] == ""


def test_a_hundred_writers_at_once_leave_neither_gap_nor_fork(alice: Actor) -> None:
    together, pool_of_connections = Barrier(WRITERS), BoundedSemaphore(CONNECTIONS)

    def write(number: int) -> None:
        together.wait(30)
        with pool_of_connections:
            with tenant_scope(alice.organisation, durable=True):
                record_audit(alice, "organisation.renamed", number=number)
            if number % 5 == 0:
                seal_audit_log(organisation_id=alice.organisation.pk)
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    seal_audit_log(organisation_id=alice.organisation.pk)
    verdict = verify_chain(alice.organisation)
    assert (verdict.problems, verdict.waiting) == ([], 0)
    made = seals(alice)
    assert [seal.number for seal in made] == list(range(1, WRITERS + 2))
    assert {seal.entry.detail.get("number") for seal in made} == {None, *range(WRITERS)}


def test_a_chain_that_holds_is_said_to(alice: Actor) -> None:
    rename_often(alice)
    seal_audit_log(organisation_id=alice.organisation.pk)
    said, error = verify("--organisation", alice.organisation.slug)
    assert error == ""
    assert "6 links hold" in said


def test_a_changed_entry_is_named(alice: Actor) -> None:
    rename_often(alice)
    seal_audit_log(organisation_id=alice.organisation.pk)
    changed = seals(alice)[2]
    tamper(f"UPDATE {ENTRY} SET actor_label = 'nobody' WHERE id = {changed.entry_id}")
    said, error = verify("--organisation", alice.organisation.slug)
    assert f"Entry {changed.entry.public_id} (link 3, organisation.renamed) was changed" in said
    assert "5 links hold" in said
    assert error


def test_a_deleted_entry_is_named(alice: Actor) -> None:
    rename_often(alice)
    seal_audit_log(organisation_id=alice.organisation.pk)
    tamper(f"DELETE FROM {ENTRY} WHERE id = {seals(alice)[3].entry_id}")
    said, error = verify("--organisation", alice.organisation.slug)
    assert "The entry of link 4" in said
    assert error


def test_a_removed_link_is_a_gap(alice: Actor) -> None:
    rename_often(alice)
    seal_audit_log(organisation_id=alice.organisation.pk)
    tamper(f"DELETE FROM {SEAL} WHERE id = {seals(alice)[1].pk}")
    assert "Links 2 to 2 are missing" in verify()[0]


def test_a_changed_entry_whose_link_was_made_to_fit_breaks_the_chain(alice: Actor) -> None:
    rename_often(alice)
    seal_audit_log(organisation_id=alice.organisation.pk)
    changed = seals(alice)[2]
    changed.entry.actor_label = "nobody"
    tamper(
        f"UPDATE {ENTRY} SET actor_label = 'nobody' WHERE id = {changed.entry_id}",
        f"UPDATE {SEAL} SET entry_hash = '{entry_hash(changed.entry)}' WHERE id = {changed.pk}",
    )
    assert "Link 3 does not follow" in verify()[0]


def test_a_chain_cut_at_its_end_shows_against_a_link_noted_down(alice: Actor) -> None:
    rename_often(alice)
    seal_audit_log(organisation_id=alice.organisation.pk)
    last = seals(alice)[-1]
    noted = f"{last.number}:{last.chain_hash}"
    assert verify("--organisation", alice.organisation.slug, "--expect", noted)[1] == ""
    tamper(
        f"DELETE FROM {SEAL} WHERE id = {last.pk}",
        f"DELETE FROM {ENTRY} WHERE id = {last.entry_id}",
    )
    said, error = verify("--organisation", alice.organisation.slug, "--expect", noted)
    assert "cut at its end" in said
    assert error


def test_an_unknown_organisation_is_refused() -> None:
    with pytest.raises(CommandError, match="nobody-knows"):
        call_command("verify_audit_log", "--organisation", "nobody-knows")


def test_nobody_changes_a_link_through_the_product(alice: Actor) -> None:
    seal_audit_log(organisation_id=alice.organisation.pk)
    refused: Any = pytest.raises(Exception, match="append-only")
    with refused, tenant_scope(alice.organisation):
        AuditSeal.objects.for_organisation(alice.organisation).update(number=7)


def test_another_organisations_chain_is_its_own(alice: Actor, charlie: Actor) -> None:
    rename_organisation(actor=charlie, name="Other")
    seal_audit_log(organisation_id=alice.organisation.pk)
    assert [seal.number for seal in seals(alice)] == [1]
    assert seals(charlie) == []
