"""Translations without gettext's programs: `python -m config.translations collect compile`.

Strings are collected from Python files and from templates, whose tags Django turns into calls first.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("platform", "assistants", "billing", "store")
LANGUAGES = ("zh_Hans",)
HEADER = """\
# Bottega, {name}
msgid ""
msgstr ""
"Project-Id-Version: Bottega\\n"
"Language: {language}\\n"
"Language-Team: Bottega\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def compile_catalogues() -> None:
    """Compile every catalogue that is newer than its compiled form."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)


def collect_strings() -> dict[str, int]:
    """Bring every language's catalogue up to date; returns how many strings each leaves untranslated."""
    found = find_strings()
    return {language: _update(language, found) for language in LANGUAGES}


def find_strings() -> Catalog:
    """Every string of the sources, untranslated, with the files it stands in. Writes nothing."""
    found = Catalog(charset="utf-8")
    for file, (_, message, comments, context) in _all_messages():
        found.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return found


def catalogue_file(language: str) -> Path:
    """Where the translations into a language, for example zh_Hans, are kept."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def is_translated(message: Message) -> bool:
    """Whether there is a translation, and one of every plural form."""
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file)
    unfinished = target.with_suffix(".mo.new")
    with unfinished.open("wb") as output:
        write_mo(output, catalogue)
    unfinished.replace(target)


def _all_messages() -> Iterator[tuple[str, Any]]:
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*")):
            if (
                file.suffix in (".py", ".html", ".txt")
                and "migrations" not in file.parts
                and "static" not in file.parts
            ):
                yield from ((file.relative_to(ROOT).as_posix(), message) for message in _messages(file))


def _messages(file: Path) -> Iterator[Any]:
    text = file.read_text()
    if file.suffix != ".py":
        if "{%" not in text and "{{" not in text:
            return
        text = f"({templatize(text)})"  # inside brackets Python's tokeniser minds no indentation
    yield from extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=["Translators:"])


def _update(language: str, found: Catalog) -> int:
    file = catalogue_file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    catalogue = Catalog(locale=language)
    if file.exists():
        with file.open("rb") as source:
            catalogue = read_po(source, locale=language)
    catalogue.update(found, no_fuzzy_matching=True)
    _write(file, catalogue, language)
    return sum(1 for message in catalogue if message.id and not is_translated(message))


def _write(file: Path, catalogue: Catalog, language: str) -> None:
    # Our own header: Babel's has dates, which would differ after every collection, and placeholders
    name = catalogue.locale.english_name if catalogue.locale else language
    header = HEADER.format(name=name, language=language, plural_forms=catalogue.plural_forms)
    with file.open("wb") as output:
        output.write(header.encode())
        write_po(
            output,
            catalogue,
            width=110,
            omit_header=True,
            include_lineno=False,
            ignore_obsolete=True,
            sort_by_file=True,
        )


def main(arguments: list[str]) -> int:
    """Do what the arguments say, in their order."""
    for argument in arguments:
        if argument == "collect":
            for language, missing in collect_strings().items():
                print(f"{language}: {missing} strings are not translated yet")
        else:
            compile_catalogues()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
