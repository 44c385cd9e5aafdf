"""A result's table as a file for spreadsheets."""

import re

from assistants.turns.shown_results import ShownTable
from kernel.spreadsheets import file_chunks


def csv_of(table: ShownTable) -> str:
    """All rows that are kept, under the names of their columns."""
    return "".join(file_chunks([name for name, _kind in table.columns], [table.rows]))


def file_name(table: ShownTable) -> str:
    """A name for its file, without what file systems refuse."""
    name = " ".join(re.sub(r"⟨U\+[0-9A-F]+⟩|[^\w \-.()]+", " ", table.title).split()).strip(" .")[:80]
    return f"{name or 'table'}.csv"
