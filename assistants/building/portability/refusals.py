"""What is said about a file that is not taken: which file, which line, and why."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import FieldError, InvalidInput


class FileRefused(InvalidInput):
    """A file that was handed in is wrong somewhere; `errors` holds each place."""

    code = "file_refused"
    user_message = gettext_lazy("%(reason)s")

    @classmethod
    def at(
        cls, file: str, line: int | None, code: str, reason: str | Promise, *, field: str = ""
    ) -> "FileRefused":
        """One wrong place."""
        message = placed(file, line, reason)
        return cls(reason=message, errors=[FieldError(field or file, code, message)])


def placed(file: str, line: int | None, reason: str | Promise) -> str:
    """A reason with the file and line that it is about."""
    if line is None:
        return _("%(file)s: %(reason)s") % {"file": file, "reason": reason}
    return _("%(file)s, line %(line)s: %(reason)s") % {"file": file, "line": line, "reason": reason}
