"""Everything that people read is there in every language of the interface."""

import re

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from config.translations import LANGUAGES, catalogue_file, find_strings, is_translated

# %(name)s, %s, the %%s that a template hands to a script, a literal %%, and HTML
PLACEHOLDER = re.compile(r"%\(\w+\)[\d.]*[a-z]|%%s|%%|%[sd]|<[^>]+>")


@pytest.fixture(scope="module")
def found() -> Catalog:
    return find_strings()


@pytest.fixture(params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    with catalogue_file(request.param).open("rb") as file:
        return read_po(file)


def test_every_string_is_translated(found: Catalog, catalogue: Catalog) -> None:
    missing = []
    for message in _messages(found):
        translation = catalogue.get(message.id, message.context)
        if translation is None or not is_translated(translation):
            missing.append(message.id)
    assert missing == []


def test_no_translation_is_of_a_string_that_is_gone(found: Catalog, catalogue: Catalog) -> None:
    assert [m.id for m in _messages(catalogue) if found.get(m.id, m.context) is None] == []


def test_translations_hold_the_placeholders_of_their_strings(catalogue: Catalog) -> None:
    assert [
        (source, translation)
        for message in _messages(catalogue)
        for source, translation in _pairs(message)
        if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(translation))
    ] == []


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    assert [message.id for message in _messages(catalogue) if message.fuzzy] == []


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]  # without the header


def _pairs(message: Message) -> list[tuple[str, str]]:
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return [(message.id[-1], form) for form in message.string or ()]
