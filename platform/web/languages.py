"""Languages of the interface, and their names as browsers know them."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation

OWN_NAMES = {"en": "English", "zh-hans": "简体中文"}


@dataclass(frozen=True)
class Language:
    """One language that the interface speaks: `code` is Django's, `tag` the one for `lang` attributes."""

    code: str
    tag: str
    name: str
    current: bool


def html_lang(code: str | None) -> str:
    """Django's language code as a BCP 47 tag: zh-hans → zh-Hans, pt-br → pt-BR."""
    language, _, rest = (code or "en").partition("-")
    if not rest:
        return language
    return f"{language}-{rest.title() if len(rest) == 4 else rest.upper()}"


def all_languages() -> list[Language]:
    """Every language on offer, named in itself."""
    current = translation.get_language()
    return [
        Language(code=code, tag=html_lang(code), name=OWN_NAMES.get(code, str(name)), current=code == current)
        for code, name in settings.LANGUAGES
    ]
