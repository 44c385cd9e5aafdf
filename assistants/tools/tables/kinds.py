"""What kind of values a column of text holds: asked of all of its rows, so that no value is lost on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SAMPLE = 2000  # rows that say which kinds are worth trying
_NOTHING = "('NA', 'N/A', 'n/a', 'NULL', 'null', '-', '–', '—', '#N/A', 'None', 'nan', 'NaN')"
_DECIMALS = (2, 4, 6)
_DATES = (
    ("%d.%m.%Y", ""),
    ("%Y/%m/%d", ""),
    ("%m/%d/%Y", "month first"),
    ("%d/%m/%Y", "day first"),
    ("%d-%m-%Y", "day first"),
)
_TIMES = ("%H:%M", "%H:%M:%S")


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to read a column.

    Attributes:
        sql: makes the value of `{c}`, or NULL where it is none of the kind. note: how it was read, where people might read it
            otherwise.
    """

    sql: str
    note: str = ""

    def of(self, column: str) -> str:
        """Its expression for a column; words for nothing are nothing."""
        return f"CASE WHEN {column} NOT IN {_NOTHING} THEN {self.sql.format(c=column)} END"


def present(column: str) -> str:
    """How many values a column has that are no words for nothing, as SQL."""
    return f"count(*) FILTER ({column} NOT IN {_NOTHING})"


def _kinds() -> Iterator[Kind]:
    yield Kind(_if(r"^[-+]?(0|[1-9]\d{{0,17}})$", "TRY_CAST({c} AS BIGINT)"))
    for places in _DECIMALS:
        whole = rf"^[-+]?(0|[1-9]\d{{{{0,{17 - places}}}}})(\.\d{{{{1,{places}}}}})?$"
        yield Kind(_if(whole, f"TRY_CAST({{c}} AS DECIMAL(18, {places}))"))
    yield Kind(_if(r"^[-+]?(0|[1-9]\d*|)(\.\d*)?([eE][-+]?\d+)?$", "TRY_CAST({c} AS DOUBLE)"))
    for places in _DECIMALS:
        grouped = rf"^[-+]?(0|[1-9]\d{{{{0,2}}}})(,\d{{{{3}}}})*(\.\d{{{{1,{places}}}}})?$"
        yield Kind(_if(grouped, f"TRY_CAST(replace({{c}}, ',', '') AS DECIMAL(18, {places}))"))
    for places in _DECIMALS:
        comma = rf"^[-+]?([1-9]\d{{{{0,2}}}}(\.\d{{{{3}}}})+|0|[1-9]\d*)(,\d{{{{1,{places}}}}})?$"
        value = f"TRY_CAST(replace(replace({{c}}, '.', ''), ',', '.') AS DECIMAL(18, {places}))"
        yield Kind(_if(comma, value), "decimal comma")
    yield Kind(_if(r"^(?i:true|false)$", "TRY_CAST({c} AS BOOLEAN)"))
    yield Kind(_if(r"^\d{{4}}-\d{{2}}-\d{{2}}$", "TRY_CAST({c} AS DATE)"))
    yield Kind(_if(r"^\d{{4}}-\d{{2}}-\d{{2}}[T ]\d{{2}}:\d{{2}}", "TRY_CAST({c} AS TIMESTAMP)"))
    for form, note in _DATES:
        yield Kind(f"TRY_CAST(try_strptime({{c}}, '{form}') AS DATE)", note)
        yield from (Kind(f"try_strptime({{c}}, '{form} {clock}')", note) for clock in _TIMES)


def _if(pattern: str, value: str) -> str:
    return f"CASE WHEN regexp_matches({{c}}, '{pattern}') THEN {value} END"


KINDS: Sequence[Kind] = tuple(_kinds())
TEXT = Kind("{c}")
