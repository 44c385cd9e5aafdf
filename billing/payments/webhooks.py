"""Who acts on Stripe's news: other rooms put a function for a type of event into one of these, in `AppConfig.ready()`.

A function is given the object as Stripe has it now, fetched a moment ago, and the `News` that named it. Events come
twice, late and in any order: it acts on the object's state, opens its own transaction, and doing it again changes nothing. No other
function of ours acts on the same object meanwhile. It may raise `NewsRefused`; anything else is tried again later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class News:
    """What an event says that can be relied on.

    Attributes:
        event_id: Stripe's id of it.
        account: the connected account that it is about, empty for the installation's own.
        occurred_at: when Stripe says that it happened; not the order in which things are heard of.
    """

    event_id: str
    type: str
    account: str
    object_id: str
    occurred_at: datetime


Handler = Callable[[dict[str, Any], News], None]
# Events of the installation's own account, by their type.
handlers: dict[str, Handler] = {}
# Events of connected accounts. They are kept apart: whoever owns such an account could otherwise make, in it, a
# payment that looks like one to us.
account_handlers: dict[str, Handler] = {}


class NewsRefused(Conflict):
    """An event that must have no effect: another currency, another amount, nobody's. People look at it."""

    code = "news_refused"
    user_message = _("%(reason)s")


def handler_of(kind: str, account: str) -> Handler | None:
    """Who acts on events of a type."""
    return (account_handlers if account else handlers).get(kind)
