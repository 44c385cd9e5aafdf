"""The words of a statement for PostgreSQL: which functions it calls, as the server's own scanner would see them.

Rules of the lexical structure: https://www.postgresql.org/docs/current/sql-syntax-lexical.html. The server parses and runs
the statement itself; this only finds names that stand before a bracket, in whatever spelling, so that the server can be
asked about each of them. It finds too many rather than too few.
"""

import re
from collections.abc import Iterator

LONGEST_NAME = 63  # bytes; the server cuts longer ones
_SPACE = re.compile(r"\s+")
_LINE = re.compile(r"--[^\r\n]*")
_DOLLAR = re.compile(r"\$([A-Za-z_\x80-\U0010ffff][A-Za-z_0-9\x80-\U0010ffff]*)?\$")
_NAME = re.compile(r"[A-Za-z_\x80-\U0010ffff][A-Za-z_0-9$\x80-\U0010ffff]*")
_ESCAPED = re.compile(r"[eE]'")
_UNICODE = re.compile(r"[uU]&[\"']")


class Unreadable(ValueError):
    """A spelling that is not looked into: a string or comment without an end, or characters by their numbers (`U&`)."""


def called_functions(sql: str) -> set[str]:
    """Names that stand before a bracket, as the catalogue spells them and without their schema.

    Raises:
        Unreadable: the statement cannot be told apart into words.
    """
    found: set[str] = set()
    before = ""
    for word in _words(sql):
        if word == "(" and before:
            found.add(before.encode()[:LONGEST_NAME].decode(errors="ignore"))
        before = word if word not in ("(", "") else ""
    return found


def _words(sql: str) -> Iterator[str]:
    """Names, brackets that open, and empty for everything else that is no space."""
    at = 0
    while at < len(sql):
        if match := _SPACE.match(sql, at) or _LINE.match(sql, at):
            at = match.end()
        elif sql.startswith("/*", at):
            at = _comment_end(sql, at)
        elif _UNICODE.match(sql, at):
            raise Unreadable
        elif _ESCAPED.match(sql, at):
            at = _quote_end(sql, at + 1, "'", escapes=True)
            yield ""
        elif sql[at] == "'":
            at = _quote_end(sql, at, "'")
            yield ""
        elif sql[at] == '"':
            end = _quote_end(sql, at, '"')
            yield sql[at + 1 : end - 1].replace('""', '"')
            at = end
        elif match := _DOLLAR.match(sql, at):
            end = sql.find(match[0], match.end())
            if end < 0:
                raise Unreadable
            at = end + len(match[0])
            yield ""
        elif match := _NAME.match(sql, at):
            at = match.end()
            yield match[0].lower()
        else:
            yield "(" if sql[at] == "(" else ""
            at += 1


def _comment_end(sql: str, at: int) -> int:
    depth = 0
    while at < len(sql):
        if sql.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif sql.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                return at
        else:
            at += 1
    raise Unreadable


def _quote_end(sql: str, at: int, mark: str, *, escapes: bool = False) -> int:
    at += 1
    while at < len(sql):
        if (escapes and sql[at] == "\\") or sql.startswith(mark * 2, at):
            at += 2
        elif sql[at] == mark:
            return at + 1
        else:
            at += 1
    raise Unreadable
