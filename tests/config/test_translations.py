"""The catalogues, without gettext's programs."""

from pathlib import Path

from config.translations import _messages


def found(tmp_path: Path, name: str, text: str) -> list[object]:
    file = tmp_path / name
    file.write_text(text)
    return [message for _, message, _, _ in _messages(file)]


def test_python_strings_are_found(tmp_path: Path) -> None:
    text = 'x = _("One")\ny = ngettext("%(n)s cat", "%(n)s cats", n)\nz = other("Not this")\n'
    assert found(tmp_path, "views.py", text) == ["One", ("%(n)s cat", "%(n)s cats")]


def test_template_strings_are_found_whatever_the_indentation(tmp_path: Path) -> None:
    text = (
        '<p>It\'s {% translate "One" %}</p>\n    <b>(</b>\n  {% blocktranslate trimmed count n=2 %}\n'
        "    {{ n }} cat\n  {% plural %}\n    {{ n }} cats\n  {% endblocktranslate %}\n"
        '<c-field label="{% translate "Two" %}" />{# {% translate "Not this" %} #}'
    )
    assert found(tmp_path, "page.html", text) == ["One", ("%(n)s cat", "%(n)s cats"), "Two"]
