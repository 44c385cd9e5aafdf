"""Writing down many uses at once: they are summed up in the same statement, so that none of them waits."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone
from psycopg.adapt import Buffer, Dumper, PyFormat, Transformer
from psycopg.pq import Format

from billing.actions.charge_allowance import charge_allowance
from billing.metering.sums import SUMMED, adding
from billing.metering.usages import COLUMNS, UsageInput, row_of
from billing.models import UsageRecord
from billing.prices import this_month
from kernel.tenancy import HasPk, tenant_scope

PaidBy = UsageRecord.PaidBy
BATCH = 20_000
_TYPES = COLUMNS | {"paid_by": "text", "created_at": "timestamptz"}
RECORD = f"""
WITH fresh AS (
  INSERT INTO billing_usagerecord (organisation_id, {{names}})
  SELECT %(organisation)s::bigint, {{values}} FROM unnest({{arrays}}) AS given ({{given}})
  ON CONFLICT (organisation_id, reference, ordinal) DO NOTHING RETURNING {SUMMED}),
{adding("fresh")}
SELECT count(*), COALESCE(sum(cost) FILTER (WHERE paid_by = 'allowance'), 0)::bigint FROM fresh
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Column:
    """A column's values as the protocol carries them, made where nobody waits for it, and the type that they have there."""

    data: Buffer
    oid: int


class _ColumnDumper(Dumper):
    """Hands a column on as it is."""

    format = Format.BINARY

    def get_key(self, obj: _Column, format: PyFormat) -> Any:
        return self.cls, obj.oid

    def upgrade(self, obj: _Column, format: PyFormat) -> "_ColumnDumper":
        dumper = _ColumnDumper(self.cls)
        dumper.oid = obj.oid
        return dumper

    def dump(self, obj: _Column) -> Buffer:
        return obj.data


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was new. `charged`: what the allowance was charged for it, in micro-units."""

    records: int
    charged: int


def record_usages(
    organisation: HasPk | int,
    usages: Sequence[UsageInput],
    *,
    paid_by: str = PaidBy.PLATFORM,
    batch: int = BATCH,
) -> Recorded:
    """Write down uses of one organisation and sum them up; those that are known already change nothing.

    A batch is one transaction of its own. Who was interrupted calls again with the same uses: the rest is written.

    Args:
        usages: each with its `reference`, which names it together with its ordinal.
        paid_by: the platform, or the allowance, which is then charged. An organisation's own key pays for its calls anyway.

    Raises:
        ValueError: a use has no reference, or somebody else shall pay.
    """
    if paid_by not in (PaidBy.PLATFORM, PaidBy.ALLOWANCE):
        raise ValueError(f"{paid_by} pays for single answers")
    if not all(usage.reference for usage in usages):
        raise ValueError("every use needs a reference")
    organisation_id = organisation if isinstance(organisation, int) else int(organisation.pk)
    records = charged = 0
    for statement, values in _statements(usages, paid_by, batch):
        with tenant_scope(organisation_id, durable=True):
            count, cost = _write(organisation_id, statement, values)
            if cost:
                charge_allowance(organisation_id, this_month(), cost=cost, released=0)
        records, charged = records + count, charged + cost
    return Recorded(records, charged)


def _write(organisation_id: int, statement: str, values: dict[str, Any]) -> tuple[int, int]:
    # Past Django's cursor, which writes values into the statement's text: arrays go beside it.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.adapters.register_dumper(_Column, _ColumnDumper)
        cursor.execute(statement, values | {"organisation": organisation_id})
        found = cursor.fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def _statement(usages: Sequence[UsageInput], paid_by: str) -> tuple[str, dict[str, Any]]:
    """What writes them, and its values. Columns that hold one value throughout go as one, which halves the work of both sides."""
    now = timezone.now()
    rows = [
        (*row_of(one.reference, one), PaidBy.OWN_KEY.value if one.own_key else str(paid_by), one.at or now)
        # In the index's order, of which neighbours lie on one page.
        for one in sorted(usages, key=attrgetter("reference"))
    ]
    columns = dict(zip(_TYPES, map(list, zip(*rows, strict=True)), strict=True))
    given = [name for name, column in columns.items() if name == "reference" or len(set(column)) > 1]
    statement = RECORD.format(
        names=", ".join(columns),
        values=", ".join(name if name in given else f"%({name})s::{_TYPES[name]}" for name in columns),
        # In binary, which costs both sides a fraction of reading and writing numbers and times as text.
        arrays=", ".join(f"%({name})b::{_TYPES[name]}[]" for name in given),
        given=", ".join(given),
    )
    return statement, {
        name: _column(column) if name in given else column[0] for name, column in columns.items()
    }


def _column(values: list[Any]) -> _Column:
    dumper = Transformer().get_dumper(values, PyFormat.BINARY)
    return _Column(dumper.dump(values) or b"", dumper.oid)


def _statements(
    usages: Sequence[UsageInput], paid_by: str, size: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What writes each batch; the next one is made ready while the database writes the one before it."""
    if len(usages) <= size:
        if usages:
            yield _statement(usages, paid_by)
        return
    # The first one is smaller, so that the database soon has something to do.
    first = max(1, size // 4)
    batches = iter(
        [usages[:first], *(usages[start : start + size] for start in range(first, len(usages), size))]
    )
    with ThreadPoolExecutor(1, thread_name_prefix="metering") as maker:
        coming = maker.submit(_statement, next(batches), paid_by)
        for some in batches:
            ready, coming = coming.result(), maker.submit(_statement, some, paid_by)
            yield ready
        yield coming.result()
