"""Kinds of use in words."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from web.numbers import byte_size, compact_number

KINDS: dict[str, Promise] = {
    "chat": gettext_lazy("Answers"),
    "rewriting": gettext_lazy("Questions put in other words"),
    "verification": gettext_lazy("Answers held against their sources"),
    "embedding": gettext_lazy("Embeddings"),
    "rerank": gettext_lazy("Reranking"),
    "ocr": gettext_lazy("Recognised pages"),
    "image": gettext_lazy("Images"),
    "search": gettext_lazy("Searches of the web"),
    "tool": gettext_lazy("Calls of tools"),
    "storage": gettext_lazy("Storage"),
    "fee": gettext_lazy("Fees for own keys"),
}
MEGABYTE = 1_000_000


def kind_words(kind: str) -> Promise | str:
    """A kind for people; one that is not known stands for itself."""
    return KINDS.get(kind, kind)


def amount_words(row: Any) -> str:
    """How much of its kind a `UsageRow` is: storage in bytes kept for a day, what is counted one by one, else tokens."""
    if row.key == "storage":
        return _("%(size)s kept for a day") % {"size": byte_size(row.quantity * MEGABYTE)}
    if row.quantity:
        counted = {
            "ocr": ngettext("%(count)s page", "%(count)s pages", row.quantity),
            "image": ngettext("%(count)s image", "%(count)s images", row.quantity),
            "search": ngettext("%(count)s search", "%(count)s searches", row.quantity),
            "fee": ngettext("%(count)s answer", "%(count)s answers", row.quantity),
        }.get(row.key, ngettext("%(count)s call", "%(count)s calls", row.quantity))
        return counted % {"count": compact_number(row.quantity)}
    values = {"read": compact_number(row.input_tokens), "written": compact_number(row.output_tokens)}
    words = _("%(read)s tokens read, %(written)s written") % values
    parts = {
        _("%(count)s of them cached"): row.cached_tokens,
        _("%(count)s for reasoning"): row.reasoning_tokens,
    }
    more = [part % {"count": compact_number(count)} for part, count in parts.items() if count]
    return "; ".join([words, *more])
