"""What came out of a sandbox, checked before anything is done with it: whoever ran the program may have written it."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assistants.tools.python.limits import MOST_BYTES, MOST_FILES
from assistants.turns.results import (
    MOST_COLUMNS,
    MOST_POINTS,
    MOST_ROWS,
    MOST_SERIES,
    ChartLine,
    Column,
    ResultChart,
    ResultTable,
)
from kernel.errors import FieldError, InvalidInput

LONGEST = 100_000  # characters that the settings may allow at the most
Text = Annotated[str, StringConstraints(max_length=LONGEST)]
Title = Annotated[str, StringConstraints(max_length=200)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Cell = Annotated[str, StringConstraints(max_length=2000)] | bool | int | Number | None
Base64 = Annotated[str, StringConstraints(max_length=MOST_BYTES * 4 // 3 + 4)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Column(_Closed):
    name: Title
    kind: Literal["text", "number", "date", "boolean"]


class _Table(_Closed):
    title: Title
    columns: Annotated[list[_Column], Field(min_length=1, max_length=MOST_COLUMNS)]
    rows: Annotated[list[Annotated[list[Cell], Field(max_length=MOST_COLUMNS)]], Field(max_length=MOST_ROWS)]
    total: Annotated[int, Field(ge=0, le=10**12)]


class _Series(_Closed):
    name: Title
    values: Annotated[list[Number | None], Field(max_length=MOST_POINTS)]


class _Chart(_Closed):
    kind: Literal["bar", "line"]
    title: Title
    labels: Annotated[list[Title], Field(max_length=MOST_POINTS)]
    series: Annotated[list[_Series], Field(max_length=MOST_SERIES)]


class _File(_Closed):
    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    data: Base64


class _LeftOut(_Closed):
    name: Title
    reason: Literal["count", "size"]


class PythonAnswer(_Closed):
    """What a program gave.

    Attributes:
        state: `done`; `failed`: Python raised an error; `timeout`, `large`, `crashed`: it was ended; `stopped`: by
            the person; `unavailable`: it could not be run there.
        value: of the expression that it ended with. error: as Python tells it, or why it could not be run.
        truncated: there was more output than is passed on.
    """

    state: Literal["done", "failed", "timeout", "large", "crashed", "stopped", "unavailable"]
    stdout: Text = ""
    stderr: Text = ""
    value: Text = ""
    error: Text = ""
    truncated: bool = False
    milliseconds: Annotated[int, Field(ge=0, le=86_400_000)] = 0
    tables: Annotated[list[_Table], Field(max_length=5)] = []
    charts: Annotated[list[_Chart], Field(max_length=5)] = []
    files: Annotated[list[_File], Field(max_length=MOST_FILES)] = []
    left_out: Annotated[list[_LeftOut], Field(max_length=10)] = []

    @property
    def table(self) -> ResultTable | None:
        """The first of its tables."""
        return _table(self.tables[0]) if self.tables else None

    @property
    def chart(self) -> ResultChart | None:
        """The first of its charts."""
        return _chart(self.charts[0]) if self.charts else None


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that a program wrote."""

    name: str
    data: bytes = field(repr=False)


def read_answer(document: Any) -> PythonAnswer:
    """Check what came out of a sandbox.

    Raises:
        InvalidInput: it has fields or values that no program's answer has, or more than one may have; by field.
    """
    try:
        answer = PythonAnswer.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(errors=[_field_error(one) for one in error.errors()[:20]]) from None
    made_files(answer)
    return answer


def made_files(answer: PythonAnswer) -> list[MadeFile]:
    """The files of an answer.

    Raises:
        InvalidInput: one is no base64, or all together are too large.
    """
    files = []
    for place, file in enumerate(answer.files):
        try:
            files.append(MadeFile(file.name, base64.b64decode(file.data, validate=True)))
        except (binascii.Error, ValueError):
            message = _("This is no base64.")
            raise InvalidInput.on(f"files.{place}.data", "not_base64", message) from None
    if sum(len(file.data) for file in files) > MOST_BYTES:
        raise InvalidInput.on("files", "too_large", _("The files are larger than 5 MB together."))
    return files


def _field_error(error: Any) -> FieldError:
    path = ".".join(str(part) for part in error["loc"])[:200]
    if error["type"] == "extra_forbidden":
        return FieldError(path, "unknown_field", str(_("There is no such field.")))
    return FieldError(path, "invalid", str(_("This is missing, too long, or has the wrong type.")))


def _table(table: _Table) -> ResultTable:
    columns = [Column(one.name, one.kind) for one in table.columns]
    rows = [[*row[: len(columns)], *[None] * (len(columns) - len(row))] for row in table.rows]
    return ResultTable(columns, rows, table.title, max(table.total, len(rows)))


def _chart(chart: _Chart) -> ResultChart:
    lines = []
    for one in chart.series:
        values = [*one.values[: len(chart.labels)], *[None] * (len(chart.labels) - len(one.values))]
        lines.append(ChartLine(one.name, values))
    return ResultChart(chart.kind, chart.title, chart.labels, lines)
