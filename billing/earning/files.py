"""A statement as tables for spreadsheets. Sums have all six decimals, so that they can be added up again."""

from collections.abc import Iterator

from billing.earning.queries import lines_of, movements_of
from billing.models import StatementMonth
from kernel.money import MICRO
from kernel.spreadsheets import file_chunks

LINES = (
    "kind",
    "priced",
    "assistant",
    "assistant_id",
    "transactions",
    "answers",
    "paid",
    "model_cost",
    "platform_fee",
    "yours",
    "first_transaction",
    "last_transaction",
)
MOVEMENTS = ("time", "kind", "priced", "assistant_id", "transaction", "yours")


def lines_csv(statement: StatementMonth) -> str:
    """A statement's lines."""
    rows = (
        (
            line.kind,
            line.priced,
            line.product_name,
            line.product,
            line.count,
            line.answers,
            exact(line.gross),
            exact(line.cost),
            exact(line.fee),
            exact(line.amount),
            line.first_transaction,
            line.last_transaction,
        )
        for line in lines_of(statement)
    )
    return "".join(file_chunks(LINES, [rows]))


def movements_csv(statement: StatementMonth) -> Iterator[str]:
    """Every transaction that a statement counts; their sum is its change."""
    rows = (
        (one.at.isoformat(), one.kind, one.priced, one.product, one.transaction, exact(one.amount))
        for one in movements_of(statement)
    )
    return file_chunks(MOVEMENTS, ([row] for row in rows))


def exact(micro: int) -> str:
    """A sum in units with six decimals, nothing rounded."""
    sign, rest = "-" if micro < 0 else "", abs(micro)
    return f"{sign}{rest // MICRO}.{rest % MICRO:06}"
