"""Names of languages, each in itself."""

from babel import Locale, UnknownLocaleError
from django.utils.translation import gettext as _

from web.languages import html_lang


def language_name(code: str) -> str:
    """中文 for zh-hans, English for en; the code itself where nobody knows it."""
    if not code:
        return _("Any")
    try:
        locale = Locale.parse(html_lang(code), sep="-")
    except (UnknownLocaleError, ValueError):
        return code
    return str(locale.get_language_name() or code)
