"""The audit log's filters and its search."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kernel.errors import InvalidInput
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actions.invite_member import invite_member
from organisations.actions.rename_organisation import rename_organisation
from organisations.actors import Actor
from organisations.audit_log import (
    AuditFilter,
    actions_that_occur,
    each_entry,
    find_entries,
    people_who_occur,
)
from organisations.permissions import Permission, Role
from tests.factories.organisations import add_member, make_user


def found(actor: Actor, **asked: Any) -> list[str]:
    """The actions that fit, newest first."""
    wanted = AuditFilter.read({name.rstrip("_"): value for name, value in asked.items()})
    with tenant_scope(actor.organisation):
        rows = find_entries(actor.organisation, wanted).order_by("-created_at", "-id")
        return [entry.action for entry in rows]


@pytest.fixture
def busy(alice: Actor) -> Actor:
    """Alice after she did a few things."""
    rename_organisation(actor=alice, name="Lighthouse 灯塔工作室")
    invite_member(actor=alice, email="dora.winter@example.org")
    create_api_key(actor=alice, name="Nightly import", scopes=[Permission.USE_ASSISTANTS])
    return alice


def test_a_word_of_anything_that_a_line_says_finds_it(busy: Actor) -> None:
    assert found(busy, search="lighthouse") == ["organisation.renamed"]
    assert found(busy, search="dora.winter@example.org") == ["invitation.sent"]
    assert found(busy, search="NIGHTLY") == ["api_key.created"]
    assert found(busy, search="api_key.created") == ["api_key.created"]


def test_the_beginning_of_a_word_is_enough_and_all_words_are_wanted(busy: Actor) -> None:
    assert found(busy, search="wint") == ["invitation.sent"]
    assert found(busy, search="alice night") == ["api_key.created"]
    assert found(busy, search="lighthouse nightly") == []


def test_chinese_is_found_by_its_characters(busy: Actor) -> None:
    assert found(busy, search="灯塔") == ["organisation.renamed"]


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE x; --", "a & | ! :* <->", "\\", "%_", "'", "x" * 5000, "\x00"]
)
def test_odd_words_break_nothing(busy: Actor, words: str) -> None:
    assert isinstance(found(busy, search=words), list)


def test_what_holds_no_word_asks_for_everything(busy: Actor) -> None:
    assert len(found(busy, search="--- !!!")) == 4


def test_filters_and_search_go_together(busy: Actor) -> None:
    emil = add_member(busy.organisation, make_user("emil@example.org"), Role.ADMIN)
    rename_organisation(actor=emil, name="Harbour")
    assert found(busy, action="organisation.renamed", person="emil@example.org") == ["organisation.renamed"]
    assert found(busy, search="lighthouse", person="alice@example.org") == ["organisation.renamed"]
    assert len(found(busy, search="lighthouse")) == 2
    assert found(busy, search="dora", action="organisation.renamed") == []
    assert "organisation.renamed" in found(busy, target=busy.organisation.public_id)


def test_a_day_counts_whole(busy: Actor) -> None:
    today = timezone.localdate()
    assert len(found(busy, from_=today.isoformat(), to=today.isoformat())) == 4
    assert found(busy, from_=(today + timedelta(days=1)).isoformat()) == []
    assert found(busy, to=(today - timedelta(days=1)).isoformat()) == []
    assert found(busy, search="dora", to=(today - timedelta(days=1)).isoformat()) == []
    assert len(found(busy, from_=f"{today.isoformat()}T00:00:00Z")) == 4


@pytest.mark.parametrize("text", ["yesterday", "2026-13-45", "2026-11-28T99:00"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        AuditFilter.read({"from": text})
    assert [error.field for error in refused.value.errors] == ["from"]


def test_anothers_lines_are_not_found(busy: Actor, charlie: Actor) -> None:
    rename_organisation(actor=charlie, name="Lighthouse")
    assert found(busy, search="charlie") == []
    assert found(busy, search="lighthouse") == ["organisation.renamed"]


def test_the_function_gives_nothing_outside_a_scope(busy: Actor) -> None:
    statement = "SELECT bottega_audit_matches('lighthouse', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 10)"
    with across_organisations(reason="as the role that sees everything"), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.fetchall() == []


def test_all_that_fits_is_read_in_chunks(busy: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("organisations.audit_log.CHUNK", 2)
    for number in range(5):
        rename_organisation(actor=busy, name=f"Lighthouse {number}")
    everything = [
        entry.pk for chunk in each_entry(busy.organisation, AuditFilter.read({})) for entry in chunk
    ]
    assert len(everything) == 9
    assert everything == sorted(everything, reverse=True)
    searched = each_entry(busy.organisation, AuditFilter.read({"search": "lighthouse"}))
    assert [len(chunk) for chunk in searched] == [2, 2, 2]


def test_choices_are_what_occurs(busy: Actor) -> None:
    with tenant_scope(busy.organisation):
        assert actions_that_occur(busy.organisation) == [
            "api_key.created",
            "invitation.sent",
            "organisation.created",
            "organisation.renamed",
        ]
        assert people_who_occur(busy.organisation) == ["alice@example.org"]
