"""Tables, charts, pictures and files of calls, as people look at them."""

import csv
from collections.abc import Mapping
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string

from assistants.actions.models import ActionFile
from assistants.chat.actions.post_message import post_message
from assistants.turns.actions.close_turn import Outcome, close_turn
from assistants.turns.driver import identity_of
from assistants.turns.results import ChartLine, Column, ResultChart, ResultTable
from assistants.turns.shown_results import FIRST_ROWS, shown_results
from assistants.turns.spreadsheets import csv_of, file_name
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import api_client_for, client_for
from tests.web.xss_payloads import PAYLOADS

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
ATTACKS = [
    *PAYLOADS[:18],
    '\'" onmouseover=alert(1) x="',
    "</td></tr></table><script>alert(1)</script>",
    "\u202egnp.exe",
    "{{ 7|add:7 }}{% csrf_token %}",
]


def call_of(detail: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    call = {
        "id": "call_1", "name": "query_tables", "label": "Asked a table", "arguments": "{}", "confirmed": False,
        "ok": True, "summary": "", "detail": dict(detail), "untrusted": True, "milliseconds": 12,
    }  # fmt: skip
    return call | changes


def table_of(rows: list[list[Any]], *, title: str = "Sales", total: int | None = None) -> dict[str, Any]:
    columns = [Column("Town"), Column("Sold", "number")]
    return {"table": ResultTable(columns, rows, title=title, total=total).document()}


def drawn(detail: Mapping[str, Any], turn: str = "") -> str:
    return render_to_string("turns/before.html", {"tools": [call_of(detail)], "turn": turn})


class Seen(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(given)) for tag, given in self.tags]


def everything(text: str) -> dict[str, Any]:
    """A detail that says a text wherever it can."""
    return {
        "table": ResultTable([Column(text), Column("n", "number")], [[text, text]], title=text).document(),
        "chart": ResultChart(
            "bar", text, [text], [ChartLine(text, [1]), ChartLine("b", [2])], text
        ).document(),
        "files": [
            {"id": "file_a", "name": text, "mime_type": "image/png", "size": 3, "url": "/files/file_a"},
            {"id": "file_b", "name": text, "mime_type": text, "size": 3, "url": "/files/file_b"},
            {"id": "file_c", "name": "c", "mime_type": "image/png", "size": 3, "url": text},
        ],
    }


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_a_result_says_is_text(attack: str) -> None:
    harmless, attacked = Seen(drawn(everything("harmless"))), Seen(drawn(everything(attack)))
    assert attacked.shape == harmless.shape
    addresses = [given[name] for _tag, given in attacked.tags for name in ("src", "href") if name in given]
    assert {str(address) for address in addresses} <= {
        "/files/file_a",
        "/files/file_a/picture",
        "/files/file_b",
    }
    assert all(
        not name.startswith("on") and name != "style" for _tag, given in attacked.tags for name in given
    )


@pytest.mark.parametrize(
    "detail",
    [
        {"table": "x"}, {"table": {}}, {"table": {"columns": [1], "rows": 2}}, {"table": {"columns": [{}], "rows": [1]}},
        {"chart": []}, {"chart": {"labels": ["a"], "series": [{"values": ["x", True]}]}}, {"chart": {"labels": 1}},
        {"files": {"url": 1}}, {"files": [1, {"url": "https://evil.example/files/file_a"}]},
    ],
)  # fmt: skip
def test_what_has_another_shape_is_left_out_or_drawn_empty(detail: dict[str, Any]) -> None:
    assert "evil" not in drawn(detail)


def test_a_table_stands_open_with_numbers_to_the_right_and_gaps_said() -> None:
    page = drawn(table_of([["Bremen", 12], [None, None]]))
    assert '<td class="num text-right whitespace-nowrap">12</td>' in page
    assert page.count("data-empty") == 2
    assert page.index("</details>") < page.index("data-table")
    assert "2 rows" in page
    assert ".csv" not in page  # it is not kept yet


def test_a_long_table_begins_and_says_how_long_it_is() -> None:
    detail = table_of([[f"Town {n}", n] for n in range(120)], total=4000)
    page = drawn(detail, "turn_x")
    assert "The first 50 of 4000 rows" in page
    assert "Show all 120 rows" in page
    assert page.count("<td>Town") == FIRST_ROWS
    assert "/turns/turn_x/table.csv?call=call_1" in page


def test_a_short_row_is_filled_up() -> None:
    found = shown_results(
        call_of({"table": {"columns": [{"name": "a"}, {"name": "b"}], "rows": [[1], [1, 2, 3]]}})
    )
    assert found and found.table and found.table.rows == [[1, None], [1, 2]]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "＝1+1"],
)
def test_a_spreadsheet_takes_no_cell_for_a_formula(cell: str) -> None:
    found = shown_results(call_of(table_of([[cell, -5], ["-3.5e2", 1]])))
    assert found and found.table
    rows = list(
        csv.reader(StringIO(csv_of(found.table), newline="").read().removeprefix("\ufeff").splitlines(True))
    )
    assert rows[1][0].startswith("'")
    assert rows[1][1] == "-5"
    assert rows[2][0] == "-3.5e2"


def test_a_file_is_called_as_its_table() -> None:
    found = shown_results(call_of(table_of([], title="../Sales: May/June\r\n2026")))
    assert found and found.table
    assert file_name(found.table) == "Sales May June 2026.csv"


def test_a_chart_below_zero_with_gaps_has_its_sentence_and_table() -> None:
    chart = ResultChart(
        "line", "Profit", ["May", "June", "July"], [ChartLine("A", [-4, None, 6]), ChartLine("B", [1, 2, 3])]
    )
    page = drawn({"chart": chart.document()})
    assert page.count("<polyline") == 3  # one is broken by its gap
    assert "A: from -4 (May) to 6 (July)." in page
    assert '<td class="num text-right">–</td>' in page


def test_bars_stand_side_by_side_on_zero() -> None:
    chart = ResultChart(
        "bar", "Profit", ["May"], [ChartLine("A", [-4.5]), ChartLine("B", [4.5])], "Down and up."
    )
    found = shown_results(call_of({"chart": chart.document()}))
    assert found and found.chart
    bars = [given for tag, given in Seen(found.chart.svg).tags if tag == "rect"]
    assert float(bars[0]["y"] or 0) == pytest.approx(
        float(bars[1]["y"] or 0) + float(bars[1]["height"] or 0), abs=0.2
    )


@pytest.mark.parametrize("values", [[1e308, -1e308], [0, 0], [5], [1e-9, 2e-9], [10**400], [2**63, 1]])
def test_any_numbers_can_be_drawn(values: list[float]) -> None:
    for kind in ("bar", "line"):
        chart = {
            "kind": kind,
            "title": "t",
            "labels": ["a", "b"],
            "series": [{"name": "s", "values": values}],
        }
        found = shown_results(call_of({"chart": chart}))
        assert found and found.chart
        assert "nan" not in found.chart.svg and "inf" not in found.chart.svg


def answered(actor: Actor, detail: Mapping[str, Any]) -> tuple[str, str]:
    """A conversation and the turn in it whose call gave this."""
    conversation = str(make_conversation(actor, make_published(actor)).public_id)
    _question, opened = post_message(actor=actor, conversation_id=conversation, text="How many?")
    outcome = Outcome(state="complete", text="So many.", tool_calls=[call_of(detail)])
    close_turn(identity=identity_of(opened), outcome=outcome)
    return conversation, str(opened.id)


def test_a_table_is_read_back_whole_and_taken_along_by_its_owner_alone(
    alice: Actor, bob: Actor, charlie: Actor, model_server: ModelServer
) -> None:
    detail = table_of([["=1+1", 1], *[[f"Town {n}", n] for n in range(80)]], title="Towns & <b>")
    conversation, turn = answered(alice, detail)
    page = client_for(alice).get(f"/chats/{conversation}").content.decode()
    assert f"/turns/{turn}/table.csv?call=call_1" in page
    rows = client_for(alice).get(f"/turns/{turn}/table", {"call": "call_1"}).content.decode()
    assert rows.count("<tr>") == 81
    file = client_for(alice).get(f"/turns/{turn}/table.csv", {"call": "call_1"})
    assert file["Content-Disposition"] == "attachment; filename*=UTF-8''Towns%20b.csv"
    assert file.content.decode().splitlines()[1] == "'=1+1,1"
    for path in (f"/turns/{turn}/table", f"/turns/{turn}/table.csv"):
        assert client_for(alice).get(path, {"call": "call_2"}).status_code == 404
        for other in (bob, charlie):
            assert client_for(other).get(path, {"call": "call_1"}).status_code == 404
    document = api_client_for(alice).get(f"/api/v1/conversations/{conversation}").json()
    assert document["messages"][1]["tool_calls"][0]["detail"] == detail


def kept(actor: Actor, name: str, mime_type: str, data: bytes) -> str:
    with tenant_scope(actor.organisation):
        row = ActionFile(
            organisation=actor.organisation,
            user=actor.user,
            turn_id="turn_x",
            action_name="Pictures",
            name=name,
            mime_type=mime_type,
            size=len(data),
            storage_key=f"gallery/{name}",
        )
        row.save()
    default_storage.save(row.storage_key, ContentFile(data))
    return str(row.public_id)


def test_a_picture_is_shown_to_its_owner_and_nothing_else_is(alice: Actor, bob: Actor) -> None:
    picture = kept(alice, "a.png", "image/png", PNG)
    shown = client_for(alice).get(f"/files/{picture}/picture")
    assert shown["Content-Type"] == "image/png"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert client_for(bob).get(f"/files/{picture}/picture").status_code == 404
    disguised = kept(
        alice, "b.png", "image/png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    )
    assert client_for(alice).get(f"/files/{disguised}/picture").status_code == 404


def test_pictures_open_large_and_other_files_are_rows() -> None:
    page = Seen(drawn(everything("plan")))
    dialogs = {given["id"] for tag, given in page.tags if tag == "dialog"}
    assert {given["data-open-dialog"] for _tag, given in page.tags if "data-open-dialog" in given} == dialogs
    assert sum("download" in given for _tag, given in page.tags) == 2
