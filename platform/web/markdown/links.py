"""Rebuild links and images so that nothing is loaded and nobody is misled about where a link goes."""

import re
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SCHEMES = {"http", "https", "mailto"}


def link_plugin(md: MarkdownIt) -> None:
    """Add the rebuilding step after inline parsing and linkify."""
    md.core.ruler.push("safe_links", _rebuild_all)


def host_of(url: str) -> str | None:
    """The host that a browser would ask, or the address of a mailto link; None where the link is not allowed."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme == "mailto":
        return parts.path or None
    return host if parts.scheme in SCHEMES and host and "%" not in host else None


def shows_host(text: str, host: str) -> bool:
    """Whether a link's own words already begin with the host it leads to."""
    shown = re.sub(r"^(https?://|mailto:)", "", text.strip().lower())
    return shown == host.lower() or any(shown.startswith(host.lower() + end) for end in "/?#:")


def _rebuild_all(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = _rebuild(token.children)


def _rebuild(tokens: list[Token]) -> list[Token]:
    result: list[Token] = []
    opened: tuple[int, str | None] | None = None  # where the open link stands in the result, and its host
    for token in tokens:
        if token.type == "link_open":
            opened = (len(result), host_of(str(token.attrs.get("href", ""))))
            if opened[1]:
                token.attrs = {"href": token.attrs["href"]}
                result.append(token)
        elif token.type == "link_close" and opened:
            start, host = opened
            opened = None
            if host:
                result += _closing(token, "".join(child.content for child in result[start:]), host)
        elif token.type == "image":
            result += [_text(token.content)] if opened else _image_link(token)
        else:
            result.append(token)
    return result


def _closing(token: Token, text: str, host: str) -> list[Token]:
    return [token] if shows_host(text, host) else [_note(host), token]


def _image_link(token: Token) -> list[Token]:
    """A picture from elsewhere is never loaded: its description becomes a link that names the host."""
    source = str(token.attrs.get("src", ""))
    host, words = host_of(source), _text(token.content or source)
    if not host or source.startswith("mailto:"):
        return [words]
    opening = Token("link_open", "a", 1, attrs={"href": source, "class": "image-link"})
    return [opening, words, _note(host), Token("link_close", "a", -1)]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _note(host: str) -> Token:
    return Token("host", "span", 0, content=host)
