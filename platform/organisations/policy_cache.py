"""Policies remembered for a few seconds a process: every turn asks for two of them."""

from collections.abc import Callable
from functools import partial
from time import monotonic

from django.db import transaction

from kernel.tenancy import current_organisation_id, tenant_scope
from organisations.policy import PolicyDocument, policy_of

FRESH_SECONDS = 3.0  # a policy that was changed elsewhere holds here within 5 s
SIZE = 4096
_cache: dict[int, tuple[float, PolicyDocument]] = {}


def policy_in_force(organisation_id: int) -> PolicyDocument:
    """An organisation's policy, at most some seconds old; whichever scope is open, and also where none is."""
    kept = kept_policy(organisation_id)
    if kept is not None:
        return kept
    policy = _read(organisation_id)
    if len(_cache) >= SIZE:
        _cache.clear()
    _cache[organisation_id] = (monotonic() + FRESH_SECONDS, policy)
    return policy


def kept_policy(organisation_id: int) -> PolicyDocument | None:
    """The same without touching the database: None where it has to be read."""
    found = _cache.get(organisation_id)
    return found[1] if found is not None and found[0] > monotonic() else None


def _read(organisation_id: int) -> PolicyDocument:
    if current_organisation_id() == organisation_id:
        return policy_of(organisation_id)
    with tenant_scope(organisation_id):
        return policy_of(organisation_id)


def forget_policy(organisation_id: int) -> None:
    """Let this process read an organisation's policy anew, once the open transaction has committed."""
    forget: Callable[[], object] = partial(_cache.pop, organisation_id, None)
    forget()
    transaction.on_commit(forget, robust=True)


def forget_policies() -> None:
    """Drop everything that is remembered here."""
    _cache.clear()
