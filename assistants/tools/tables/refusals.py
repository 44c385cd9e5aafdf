"""Why a question to tables was not answered, in words that say what to do."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError


class StatementRefused(DomainError):
    """A statement that was not run, or came to no end. The engine's own words may repeat what stands in a cell.

    Attributes:
        reason: which of the sentences it is.
    """

    code = "statement_refused"
    user_message: ClassVar[str | Promise] = "%(sentence)s"
    untrusted = True

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence=sentence)
        self.reason = reason


_SENTENCES: dict[str, str | Promise] = {
    "no_statement": _("There is no statement. Write one SELECT."),
    "several_statements": _(
        "One statement at a time: this holds several. Send them one after the other, or join them with WITH."
    ),
    "not_reading": _(
        "%(said)s was refused: tables are only read. Use SELECT, WITH, DESCRIBE or SUMMARIZE; a PIVOT needs its values"
        " listed with IN."
    ),
    "function_refused": _(
        "The function %(said)s was refused: it reads files, settings or other databases. Ask the tables that there are."
    ),
    "table_refused": _("%(said)s was refused: it belongs to the engine. Ask the tables that there are."),
    "file_refused": _(
        "%(said)s was refused: files are not read here. Ask the tables that there are, by their names."
    ),
    "too_slow": _(
        "The statement was stopped: it took longer than %(seconds)d seconds. Ask for less: filter, aggregate, and join on"
        " equal values."
    ),
    "too_much_memory": _(
        "The statement was stopped: it needed more memory than a question may take. Aggregate or filter first, and sort"
        " fewer rows."
    ),
    "too_large": _(
        "The statement was stopped: its result is too large. Ask for fewer rows or shorter values."
    ),
    "value_unusable": _(
        "The result holds a value that cannot be given out, such as a date far outside of our time. Cast it to VARCHAR."
    ),
    "statement_wrong": _("The statement does not work: %(said)s"),
}


def refusal(head: dict[str, Any], seconds: int) -> StatementRefused:
    """The error for an answer of the program that is none."""
    code = head["code"] if head["code"] in _SENTENCES else "value_unusable"
    message = str(_SENTENCES[code]) % {"said": str(head.get("said", ""))[:1000], "seconds": seconds}
    return StatementRefused(code, message)
