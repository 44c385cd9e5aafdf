"""Where transactions begin: entry actions, and only there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import transaction

from kernel.tenancy import HasPk, tenant_scope

P = ParamSpec("P")
R = TypeVar("R")


class ActsInOrganisation(Protocol):
    @property
    def organisation(self) -> HasPk: ...
    @property
    def authorship(self) -> str: ...


def entry_action(function: Callable[P, R]) -> Callable[P, R]:
    """Open the durable transaction, in the scope of `actor.organisation` and in the actor's name, around an action."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        actor: Any = kwargs["actor"]
        with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
            return function(*args, **kwargs)

    return wrapper


def assert_in_action() -> None:
    """Refuse to go on outside a transaction: for actions that others compose."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("This action is composed: call it inside an entry action.")
