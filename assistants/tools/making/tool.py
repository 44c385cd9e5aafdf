"""The tool that makes a file which the person can download."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.files.making import keep_made
from assistants.knowledge.files import clean_name
from assistants.tools.making.kinds import MIME_TYPES, Content, made
from assistants.turns.tools import ToolResult, TurnContext
from kernel.errors import InvalidInput
from kernel.registries import BuiltInTool
from providers.ports import ToolSchema

NAME = "create_file"
MOST_FILES = 5  # of one answer
LONGEST_CONTENT, LONGEST_NAME, MOST_SHEETS = 400_000, 120, 20
ABOUT = {
    "txt": "plain text",
    "md": "Markdown",
    "csv": "a table",
    "json": "JSON",
    "html": "a page without scripts",
    "docx": "Word, from Markdown",
    "xlsx": "Excel, from CSV",
    "pdf": "from Markdown",
}


class FileTool:
    """Makes files; what a library writes is made by a confined program."""

    schema = ToolSchema(
        NAME,
        "Make a file that the person can download. The ending of its name says what it is: "
        + ", ".join(f"{kind} ({about})" for kind, about in ABOUT.items())
        + ". Use it when they ask for a file or a document; write short answers as answers.",
        {
            "type": "object",
            "properties": {
                "name": {
                    "type": "string",
                    "description": "Name with its ending, such as minutes.docx",
                    "maxLength": LONGEST_NAME,
                },
                "content": {
                    "type": "string",
                    "description": "All of it: Markdown for docx and pdf, CSV with a head for csv and xlsx, else the text itself",
                    "maxLength": LONGEST_CONTENT,
                },
                "sheets": {
                    "type": "array",
                    "maxItems": MOST_SHEETS,
                    "description": "Of an xlsx with several sheets, instead of content",
                    "items": {
                        "type": "object",
                        "properties": {
                            "name": {"type": "string"},
                            "content": {"type": "string", "description": "CSV with a head"},
                        },
                        "required": ["name", "content"],
                        "additionalProperties": False,
                    },
                },
                "formulas": {
                    "type": "boolean",
                    "description": "csv, xlsx: keep formulas such as =SUM(B2:B9); without it they are text",
                },
            },
            "required": ["name"],
            "additionalProperties": False,
        },
    )

    def __init__(self, context: TurnContext) -> None:
        self._context = context
        self._count = 0

    @property
    def label(self) -> str:
        """Its words for people."""
        return _("Made a file")

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Make it and keep it.

        Raises:
            InvalidInput: the arguments do not work. DomainError: it cannot be made or kept; it says why.
        """
        if self._count >= MOST_FILES:
            message = _("An answer comes with up to %(most)s files.") % {"most": MOST_FILES}
            raise InvalidInput.on("name", "too_many", message)
        name, kind = read_name(arguments.get("name"))
        content = read_content(
            arguments, kind, title=name.rpartition(".")[0], language=self._context.plan.language
        )
        data = await made(kind, content)
        self._count += 1
        file = await keep_made(
            self._context, maker=_("Create files"), name=name, mime_type=MIME_TYPES[kind], data=data
        )
        return ToolResult(
            f"The file is made: {file['id']}, “{file['name']}” ({filesizeformat(file['size'])}). The person sees it beside the"
            " answer and can download it there: do not repeat what it holds, and give no link.",
            summary=_("%(name)s, %(size)s") % {"name": file["name"], "size": filesizeformat(file["size"])},
            detail={"files": [file]},
        )


def read_name(given: Any) -> tuple[str, str]:
    """A name for the file, cleaned, and its kind.

    Raises:
        InvalidInput: there is none, or its ending is none that can be made.
    """
    name = clean_name(given) if isinstance(given, str) and given.strip() else ""
    stem, _dot, ending = name.rpartition(".")
    kind = {"htm": "html", "markdown": "md", "text": "txt"}.get(ending.lower(), ending.lower())
    if not stem or kind not in MIME_TYPES or len(name) > LONGEST_NAME:
        message = _("Give a name with one of these endings: %(endings)s.") % {
            "endings": ", ".join(MIME_TYPES)
        }
        raise InvalidInput.on("name", "invalid", message)
    return f"{stem}.{kind}", kind


def read_content(arguments: Mapping[str, Any], kind: str, *, title: str, language: str) -> Content:
    """What the file shall hold.

    Raises:
        InvalidInput: it is missing, too long, or in sheets for a kind that has none.
    """
    sheets = arguments.get("sheets") or []
    text = arguments.get("content") or ""
    whole = isinstance(sheets, list) and all(_is_sheet(sheet) for sheet in sheets)
    if not isinstance(text, str) or not whole or (sheets and kind != "xlsx") or not (text.strip() or sheets):
        message = _("Give the content as text; sheets are for xlsx alone, each with a name and its CSV.")
        raise InvalidInput.on("content", "required", message)
    if (
        len(text) + sum(len(sheet["content"]) for sheet in sheets) > LONGEST_CONTENT
        or len(sheets) > MOST_SHEETS
    ):
        message = _("That is more than a file may hold: up to %(most)s characters in %(sheets)s sheets.")
        limits = {"most": LONGEST_CONTENT, "sheets": MOST_SHEETS}
        raise InvalidInput.on("content", "too_long", message % limits)
    return Content(title, text, sheets, arguments.get("formulas") is True, language)


def _is_sheet(sheet: Any) -> bool:
    return (
        isinstance(sheet, dict)
        and isinstance(sheet.get("name"), str)
        and isinstance(sheet.get("content"), str)
    )


CREATE_FILE = BuiltInTool(
    NAME,
    gettext_lazy("Create files"),
    gettext_lazy("Makes Word, Excel, PDF, CSV, text and other files that people can download."),
    FileTool,
    icon="file-plus",
    writes=gettext_lazy("Files for the person to download"),
)
