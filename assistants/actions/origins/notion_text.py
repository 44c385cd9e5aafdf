"""Notion's blocks and properties as Markdown (developers.notion.com/reference/block, /property-value-object)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

_HEADINGS = {"heading_1": "## ", "heading_2": "### ", "heading_3": "#### "}
_LISTS = {"bulleted_list_item": "- ", "numbered_list_item": "1. "}
_QUOTED = ("quote", "callout")
_FILES = ("image", "file", "pdf", "video", "audio", "bookmark", "embed", "link_preview")


def markdown_of(page: Mapping[str, Any], blocks: Iterable[tuple[int, Mapping[str, Any]]]) -> str:
    """A page as Markdown: title, the values of its row in a table, and its blocks, each with how deep it lies."""
    parts = [f"# {plain(title_of(page))}"]
    values = [
        f"- {plain(name)}: {value}"
        for name, one in (page.get("properties") or {}).items()
        if one.get("type") != "title" and (value := property_text(one))
    ]
    if values:
        parts.append("\n".join(values))
    rows: list[str] = []
    for depth, block in blocks:
        if block.get("type") == "table_row":
            rows.append(_row(block))
            if len(rows) == 1:
                rows.append("|" + " --- |" * (rows[0].count("|") - 1))
            continue
        if rows:
            parts.append("\n".join(rows))
            rows = []
        if text := block_text(depth, block):
            parts.append(text)
    if rows:
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def block_text(depth: int, block: Mapping[str, Any]) -> str:
    """One block; nothing for those without words."""
    kind = str(block.get("type", ""))
    held = block.get(kind) or {}
    words = rich(held.get("rich_text"))
    indent = "  " * depth
    if kind in _HEADINGS:
        return _HEADINGS[kind] + words if words else ""
    if kind in _LISTS:
        return f"{indent}{_LISTS[kind]}{words}"
    if kind == "to_do":
        return f"{indent}- [{'x' if held.get('checked') else ' '}] {words}"
    if kind in _QUOTED:
        return "\n".join(f"> {line}" for line in words.splitlines())
    if kind == "code":
        return f"```{held.get('language', '')}\n{words}\n```"
    if kind == "equation":
        return str(held.get("expression", ""))
    if kind in _FILES:
        return rich(held.get("caption")) or str(held.get("url", ""))
    return words


def property_text(value: Mapping[str, Any]) -> str:
    """The value of one property of a row, in words; empty where it has none."""
    kind = str(value.get("type", ""))
    held = value.get(kind)
    match kind:
        case "rich_text" | "title":
            return rich(held)
        case "select" | "status":
            return str((held or {}).get("name", ""))
        case "multi_select" | "people":
            return ", ".join(str(one.get("name", "")) for one in held or [])
        case "date":
            dates = held or {}
            return " – ".join(str(day) for day in (dates.get("start"), dates.get("end")) if day)
        case "checkbox":
            return _("yes") if held else _("no")
        case "number" | "url" | "email" | "phone_number" | "created_time" | "last_edited_time":
            return "" if held is None else str(held)
        case "formula":
            inner = held or {}
            found = inner.get(str(inner.get("type", "")))
            return "" if found is None or isinstance(found, dict) else str(found)
    return ""


def title_of(one: Mapping[str, Any]) -> str:
    """What a page or a table is called."""
    if one.get("object") == "database":
        return rich(one.get("title")) or _("Untitled")
    for value in (one.get("properties") or {}).values():
        if value.get("type") == "title":
            return rich(value.get("title")) or _("Untitled")
    return _("Untitled")


def rich(given: Any) -> str:
    """The words of Notion's rich text; links keep their address."""
    parts = []
    for one in given or []:
        words, href = str(one.get("plain_text", "")), str(one.get("href") or "")
        parts.append(f"[{words}]({href})" if href.startswith("https://") and words else words)
    return "".join(parts)


def plain(words: str) -> str:
    """On one line."""
    return " ".join(words.split())


def _row(block: Mapping[str, Any]) -> str:
    cells = (block.get("table_row") or {}).get("cells") or []
    return "| " + " | ".join(plain(rich(cell)).replace("|", "\\|") for cell in cells) + " |"
