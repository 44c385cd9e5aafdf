"""Tables that are made of files: what stands in them, whatever the file looks like, and what the engine refuses by itself."""

from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.tools.tables import asking
from assistants.tools.tables.cells import plain, written
from assistants.tools.tables.kept import forget_unused
from assistants.tools.tables.making import make_tables


@pytest.fixture
def make(tmp_path: Path) -> Any:
    """Makes the tables of a file; gives what is told of them, and all rows of the first."""

    def made(data: str | bytes, format_: str = "csv") -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
        path, out = tmp_path / f"file.{format_}", tmp_path / "out.duckdb"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        out.unlink(missing_ok=True)
        head, _rest = make_tables({"path": str(path), "format": format_, "out": str(out)})
        with duckdb.connect(str(out), read_only=True) as connection:
            rows = connection.execute("SELECT * FROM t0").fetchall()
        assert sorted(tmp_path.iterdir()) == sorted([path, out])
        return head["tables"], rows

    return made


def types(tables: list[dict[str, Any]]) -> dict[str, str]:
    return {column["name"]: column["type"] for column in tables[0]["columns"]}


def test_columns_have_the_kind_that_all_of_their_values_have(make: Any) -> None:
    tables, rows = make(
        "id,price,de,us,code,ok,iso,german,american,moment,mixed,empty\n"
        '1,1.50,"1.234,50","1,234.5",007,true,2024-01-31,31.01.2024,01/31/2024,2024-01-31 10:00:00,1,\n'
        '2,2,"0,5","7",010,FALSE,2024-02-01,01.02.2024,02/01/2024,2024-02-01T11:30:00,x,\n'
        "NA,,,,,,,,,,,\n"
    )
    assert types(tables) == {
        "id": "BIGINT",
        "price": "DECIMAL(18,2)",
        "de": "DECIMAL(18,2)",
        "us": "DECIMAL(18,2)",
        "code": "VARCHAR",
        "ok": "BOOLEAN",
        "iso": "DATE",
        "german": "DATE",
        "american": "DATE",
        "moment": "TIMESTAMP",
        "mixed": "VARCHAR",
        "empty": "VARCHAR",
    }
    assert [plain(cell) for cell in rows[0][:5]] == [1, 1.5, 1234.5, 1234.5, "007"]
    assert [str(cell) for cell in rows[1][6:9]] == ["2024-02-01"] * 3
    assert rows[2][0] is None
    notes = {column["name"]: column["note"] for column in tables[0]["columns"]}
    assert (notes["de"], notes["american"], notes["iso"]) == ("decimal comma", "month first", "")


def test_one_late_value_that_does_not_fit_keeps_a_column_as_text(make: Any) -> None:
    lines = "".join(f"{number},a\n" for number in range(5000))
    tables, rows = make(f"n,b\n{lines}about 12,a\n")
    assert types(tables)["n"] == "VARCHAR"
    assert (len(rows), rows[-1][0]) == (5001, "about 12")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "名称;数量\n苹果;3\n梨;4\n"),
        ("utf-16", "Größe;Anzahl\nüber 2 m;3\nklein;4\n"),
        ("gb18030", "名称;数量\n苹果;3\n香蕉和梨;4\n"),
        ("latin-1", "Größe;Anzahl\nüber 2 m;3\nklein;4\n"),
    ],
)
def test_encodings_are_found(encoding: str, text: str, make: Any) -> None:
    tables, rows = make(text.encode(encoding))
    head, first, *_rest = (line.split(";") for line in text.splitlines())
    assert list(types(tables)) == head
    assert [str(cell) for cell in rows[0]] == first
    assert types(tables)[head[1]] == "BIGINT"


def test_headers_are_found_and_names_are_given_once(make: Any) -> None:
    tables, rows = make("Report of May\n\nName,Sum,name,\nAnna,1,x,y\nBen,2,z,w\n")
    assert list(types(tables)) == ["Name", "Sum", "name_2", "D"]
    assert len(rows) == 2
    tables, rows = make("1,2\n3,4\n")
    assert (list(types(tables)), len(rows)) == (["A", "B"], 2)
    tables, _rows = make("sep=|\na|b\n1|2\n")
    assert list(types(tables)) == ["a", "b"]


def test_odd_rows_lose_nothing(make: Any) -> None:
    _tables, rows = make('a,b\n1,"two\nlines, and ""quotes"""\n2\n3,x\n')
    assert rows == [(1, 'two\nlines, and "quotes"'), (2, None), (3, "x")]
    _tables, rows = make('a,b\n1,some 12" pipe\n2,x,too much\n3,"open" end\n')
    assert [row[0] for row in rows] == [1, 2, 3]


def test_each_sheet_is_a_table(make: Any) -> None:
    sheets = {
        "Orders": [["Order", "Total"], [1, 2.5], [2, 3]],
        "Empty": [],
        "People": [["Name", "Town"], ["Anna", "Ghent"]],
    }
    data = BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for number, cells in enumerate(lines):
            sheet.write_row(number, 0, cells)
    book.close()
    tables, rows = make(data.getvalue(), "xlsx")
    assert [(table["sheet"], table["rows"]) for table in tables] == [("Orders", 2), ("People", 1)]
    assert [[plain(cell) for cell in row] for row in rows] == [[1, 2.5], [2, 3]]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x00\x01\x02" * 500])
def test_what_is_no_table_is_told(data: bytes, make: Any) -> None:
    with pytest.raises(ParsingFailed):
        make(data)


def test_a_cell_of_the_file_is_no_formula() -> None:
    cells = ["=HYPERLINK(1)", "+1 +cmd", "-12.5", "@x", "plain", None, -3]
    assert [written(cell) for cell in cells] == [
        "'=HYPERLINK(1)",
        "'+1 +cmd",
        "-12.5",
        "'@x",
        "plain",
        "",
        "-3",
    ]


BEYOND = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/hostname')",
    "FROM '/etc/passwd'",
    "SELECT * FROM glob('/*')",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    "ATTACH '/tmp/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET memory_limit = '10GB'",
    "SET lock_configuration = false",
    "EXPORT DATABASE '/tmp/out'",
    "CREATE TABLE file0.more AS SELECT 1",
    "DROP TABLE file0.t0",
)


def test_the_engine_is_locked_even_where_nothing_looks_at_a_statement(make: Any, tmp_path: Path) -> None:
    make("a,b\n1,2\n")
    place = {"name": "orders", "file": str(tmp_path / "out.duckdb"), "table": "t0"}
    connection = asking._connected([place])
    assert connection.execute("FROM orders").fetchall() == [(1, 2)]
    for sql in BEYOND:
        with pytest.raises(duckdb.Error):
            connection.execute(sql).fetchall()


def test_tables_that_nobody_asks_go(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    folder = tmp_path / "tables" / "ab"
    folder.mkdir(parents=True)
    for name in ("x.duckdb", "x.json"):
        (folder / name).write_text("")
    age = (folder / "x.duckdb").stat().st_mtime
    assert forget_unused(now=age + 3600) == 0
    assert forget_unused(now=age + 25 * 3600) == 1
    assert not list(folder.iterdir())
