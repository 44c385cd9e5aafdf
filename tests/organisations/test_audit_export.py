"""The audit log as a file."""

import asyncio
import csv
import io
import json
from typing import Any

import pytest
from django.test import AsyncClient

from organisations.actions.invite_member import invite_member
from organisations.actions.rename_organisation import rename_organisation
from organisations.actors import Actor
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.helpers import audit_of


def body(response: Any) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def exported(actor: Actor, **asked: str) -> str:
    return body(client_for(actor).post("/organisation/audit/export", asked))


def test_json_lines_hold_every_line_newest_first(alice: Actor) -> None:
    rename_organisation(actor=alice, name="Harbour")
    lines = [json.loads(line) for line in exported(alice, format="jsonl").splitlines()]
    assert [line["action"] for line in lines] == [
        "audit.exported",
        "organisation.renamed",
        "organisation.created",
    ]
    assert lines[1]["after"] == {"name": "Harbour"}


def test_csv_has_a_head_and_a_row_a_line(alice: Actor) -> None:
    rename_organisation(actor=alice, name="Harbour")
    rows = list(csv.DictReader(io.StringIO(exported(alice, format="csv"))))
    assert [row["action"] for row in rows] == [
        "audit.exported",
        "organisation.renamed",
        "organisation.created",
    ]
    assert json.loads(rows[1]["before"]) == {"name": "Harbour & Pine"}


@pytest.mark.parametrize("name", ["=1+1", "+1+A1", "-1-A1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(alice: Actor, name: str) -> None:
    rename_organisation(actor=alice, name=name)
    cells = [cell for row in csv.reader(io.StringIO(exported(alice, format="csv"))) for cell in row]
    assert f"'{name}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_filters_apply(alice: Actor) -> None:
    invite_member(actor=alice, email="dora@example.org")
    rename_organisation(actor=alice, name="Harbour")
    lines = exported(alice, format="jsonl", action="organisation.renamed", search="harbour").splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["organisation.renamed"]


def test_taking_it_out_leaves_a_line(alice: Actor) -> None:
    exported(alice, format="csv", search="harbour")
    assert audit_of(alice)[-1] == "audit.exported"


def test_the_api_sends_the_same(alice: Actor) -> None:
    rename_organisation(actor=alice, name="Harbour")
    answer = api_client_for(alice).post(
        "/api/v1/organisation/audit/export",
        {"format": "jsonl", "action": "organisation.renamed", "from": "2020-01-01"},
    )
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert [json.loads(line)["after"] for line in body(answer).splitlines()] == [{"name": "Harbour"}]


@pytest.mark.parametrize("asked", [{}, {"format": "xlsx"}, {"format": "csv", "rows": 3}])
def test_the_api_refuses_what_it_does_not_know(alice: Actor, asked: dict[str, Any]) -> None:
    assert api_client_for(alice).post("/api/v1/organisation/audit/export", asked).status_code == 400


def test_members_may_not(bob: Actor) -> None:
    assert client_for(bob).post("/organisation/audit/export", {"format": "csv"}).status_code == 403
    assert api_client_for(bob).post("/api/v1/organisation/audit/export", {"format": "csv"}).status_code == 403


def test_anothers_lines_are_in_no_file(alice: Actor, charlie: Actor) -> None:
    assert "alice@example.org" not in exported(charlie, format="jsonl")


@pytest.mark.django_db(transaction=True)
def test_a_web_process_sends_it_piece_by_piece(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("organisations.audit_log.CHUNK", 2)
    for number in range(5):
        rename_organisation(actor=alice, name=f"Name {number}")
    cookie = client_for(alice).cookies

    async def pieces() -> list[bytes]:
        client = AsyncClient()
        client.cookies = cookie
        answer = await client.post("/organisation/audit/export", {"format": "jsonl"})
        assert answer.is_async  # type: ignore[attr-defined]
        return [piece async for piece in answer.streaming_content]  # type: ignore[attr-defined]

    made = asyncio.run(pieces())
    assert [len(piece.splitlines()) for piece in made] == [2, 2, 2, 1]
