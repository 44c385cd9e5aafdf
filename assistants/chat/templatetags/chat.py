"""How answers are shown: `{% load chat %}`."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assistants.chat.queries import Node
from assistants.turns.models import Turn
from web.markdown import render

register = template.Library()


@register.filter
def answer_html(turn: Turn) -> SafeString:
    """The answer as safe HTML; its marks open their sources."""
    return render(turn.answer, citations={item["number"]: item["title"] for item in turn.citations})


@register.filter
def seconds(turn: Turn) -> str:
    """How long the answer took: 1.8 s."""
    if not turn.finished_at:
        return ""
    return _("%(seconds).1f s") % {"seconds": (turn.finished_at - turn.created_at).total_seconds()}


@register.simple_tag
def parent_id(nodes: Sequence[Node], index: int) -> str:
    """The id of the message before the one at a place of the path; empty for the first."""
    return nodes[index - 1].message.public_id if index else ""
