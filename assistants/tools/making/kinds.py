"""The kinds of files that assistants make, by the ending of the name, and how each is made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import nh3
import orjson
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from assistants.tools.making.cells import NotATable, csv_of
from assistants.tools.making.running import run
from kernel.errors import DomainError

MIME_TYPES = {
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "json": "application/json",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_PLAIN_HTML = nh3.Cleaner(
    tags={
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "p",
            "br",
            "hr",
            "div",
            "span",
            "section",
            "article",
            "header",
            "footer",
        ),
        *(
            "strong",
            "b",
            "em",
            "i",
            "u",
            "s",
            "sub",
            "sup",
            "small",
            "mark",
            "code",
            "pre",
            "kbd",
            "blockquote",
            "q",
        ),
        *(
            "ul",
            "ol",
            "li",
            "dl",
            "dt",
            "dd",
            "table",
            "caption",
            "thead",
            "tbody",
            "tfoot",
            "tr",
            "th",
            "td",
            "a",
        ),
    },
    clean_content_tags={"script", "style", "title"},
    attributes={
        "a": {"href"},
        "ol": {"start"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    },
    link_rel="noopener noreferrer nofollow",
    url_schemes={"https", "http", "mailto"},
)
# Nothing in it runs or loads, wherever somebody opens it.
_PAGE = (
    '<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
    "<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}"
    "table{{border-collapse:collapse}}td,th{{border:1px solid #ccc;padding:.3rem .6rem;text-align:left}}"
    "pre{{overflow-x:auto}}a::after{{content:' (' attr(href) ')'}}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
)


class NoTable(DomainError):
    code = "not_a_table"
    user_message = _(
        "The content is no CSV with up to 100,000 rows and 500 columns. Write one row a line, cells between commas, and"
        " cells with commas or quotation marks in quotation marks."
    )


class NoJson(DomainError):
    code = "not_json"
    user_message = _("The content is no JSON: %(problem)s. Correct it, or choose another kind of file.")


class LettersUnknown(DomainError):
    code = "script_unknown"
    user_message = _(
        "A PDF cannot be set in these letters here: Arabic, Hebrew, Thai and scripts of India are missing. Make a Word"
        " document or a page (html) instead."
    )


@dataclass(frozen=True, slots=True)
class Content:
    """What a file shall hold.

    Attributes:
        text: Markdown for docx and pdf, CSV for csv and xlsx, HTML for html, and itself for the others.
        sheets: of an xlsx with several, each `{name, content}`. formulas: whether those that only calculate stay.
        language: a language code for a page; empty where nobody knows.
    """

    title: str
    text: str
    sheets: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    formulas: bool = False
    language: str = ""


async def made(kind: str, content: Content) -> bytes:
    """The bytes of a file.

    Args:
        kind: a name of `MIME_TYPES`.

    Raises:
        NoTable, NoJson, LettersUnknown: the content is not what the kind needs. MakingFailed: it takes too much.
    """
    match kind:
        case "csv":
            try:
                return csv_of(content.text, formulas=content.formulas)
            except NotATable:
                raise NoTable from None
        case "json":
            return _json(content.text)
        case "html":
            return _page(content)
        case "docx" | "pdf" | "xlsx":
            return await _by_program(kind, content)
    return content.text.encode()


def _json(text: str) -> bytes:
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2) + b"\n"
    except orjson.JSONDecodeError as error:
        raise NoJson(problem=str(error)[:120]) from None


def _page(content: Content) -> bytes:
    """A page of its own: no scripts, no forms, nothing that loads or leads on by itself; links show where they lead."""
    body = _PLAIN_HTML.clean(content.text)
    language = escape(content.language or "en")
    return _PAGE.format(language=language, title=escape(content.title), body=body).encode()


async def _by_program(kind: str, content: Content) -> bytes:
    job: dict[str, Any] = {"title": content.title, "content": content.text, "formulas": content.formulas}
    job["sheets"] = [dict(sheet) for sheet in content.sheets] or [{"name": "", "content": content.text}]
    answer = await run(kind, json.dumps(job).encode())
    if answer.head["ok"]:
        return answer.data
    raise LettersUnknown if answer.head["code"] == "script_unknown" else NoTable
