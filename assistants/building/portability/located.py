"""A document of plain values, and where each stands in its file."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from assistants.building.portability.refusals import FileRefused

Path = tuple[str | int, ...]
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+')


@dataclass(slots=True)
class Located:
    """A document, and the line on which each of its values begins.

    Attributes:
        text: JSON text of which the lines are only worked out when one is asked for.
    """

    file: str
    value: Any
    lines: dict[Path, int] = field(default_factory=dict)
    text: str = ""

    def line_of(self, path: Path) -> int | None:
        """The line of a value, or of the innermost one around it that is there; None where there is no file."""
        if self.text and not self.lines:
            self.lines = json_lines(self.text)
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path)

    def path_of(self, under: Path, field: str) -> Path:
        """A dotted path below another one as keys and positions."""
        path = under
        for part in field.split(".") if field != "body" else ():
            path = (*path, int(part) if part.isdigit() and (*path, int(part)) in self.lines else part)
        return path

    def refuse(self, path: Path, code: str, reason: str | Promise) -> FileRefused:
        """The refusal of one of its values."""
        named = ".".join(map(str, path))
        return FileRefused.at(self.file, self.line_of(path), code, reason, field=named)


def json_lines(text: str) -> dict[Path, int]:
    """The line of each value in a valid JSON text."""
    lines: dict[Path, int] = {}
    path: list[str | int] = []
    line, before, key = 1, 0, False
    for token in _TOKENS.finditer(text):
        line, before = line + text.count("\n", before, token.start()), token.start()
        sign = token[0]
        if sign in "}]":
            path.pop()
        elif sign == ",":
            key = isinstance(path[-1], str)
            path[-1] = path[-1] if key else int(path[-1]) + 1
        elif key and sign != ":":
            path[-1], key = sign[1:-1], False
        elif sign != ":":
            lines[tuple(path)] = line
            if sign in "{[":
                key = sign == "{"
                path.append("" if key else 0)
    return lines
