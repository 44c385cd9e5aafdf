"""Code blocks: a header with the language and a Copy button, colours by Pygments' classes."""

from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

PREFIX = "hl-"
LONGEST = 20_000  # characters; colouring more would hold up the page for little gain
FORMATTER = HtmlFormatter[str](nowrap=True, classprefix=PREFIX)


def render_code(self: RendererProtocol, tokens: list[Token], index: int, options: Any, env: EnvType) -> str:
    """Draw one fenced or indented code block."""
    token = tokens[index]
    language = token.info.strip().split(maxsplit=1)[0][:30] if token.info.strip() else ""
    body = coloured(token.content, language) if env.get("highlight", True) else escape(token.content)
    return (
        f'<div class="code"><div class="code-head"><span>{escape(language) or _("Code")}</span>'
        f'<button type="button" class="code-copy" data-copy-code>{_("Copy")}</button></div>'
        f'<pre tabindex="0"><code>{body}</code></pre></div>\n'
    )


@lru_cache(maxsize=1024)
def coloured(code: str, language: str) -> str:
    """Escaped HTML of some code, with spans where Pygments knows the language."""
    if not language or len(code) > LONGEST:
        return escape(code)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    return highlight(code, lexer, FORMATTER)
