"""What an organisation decides about: its policy, approvals, limits, and people's data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from kernel.registries.base import Registry


@dataclass(frozen=True)
class PersonalDataHolder:
    """A room that holds data about people: exported and erased on request."""

    name: str
    export: Callable[[int], Any]
    erase: Callable[[int], None]


@dataclass(frozen=True)
class PolicyImpact:
    """Says what a change of an organisation's policy would break: `find(organisation, old, new)`, inside its scope.

    Sentences for people, each naming what is hit. `section` is the part of the policy that it looks at.
    """

    name: str
    section: str
    find: Callable[[Any, Any, Any], Sequence[str]]


@dataclass(frozen=True)
class PolicyChoices:
    """The values that a list in an organisation's policy may hold: `list(organisation)` gives `(value, label, note)` of
    each, inside its scope.

    `field` is the list's path in the policy, for example `files.types`.
    """

    field: str
    list: Callable[[Any], Sequence[tuple[str, str, str]]]


@dataclass(frozen=True)
class ApprovalKind:
    """Something that may wait for a second person's word.

    `apply(actor, approval)` does it, inside the transaction of the decision; `url(approval)` is the page of its subject;
    `permission` is the name of what a decider needs besides DECIDE_APPROVALS, or None; `facts(approval)` gives what
    changes as pairs of a label and a text, for the page that asks; `ended(approval)` cleans up after one that was not
    approved, inside that transaction.
    """

    kind: str
    label: str | Promise
    apply: Callable[[Any, Any], None]
    url: Callable[[Any], str]
    permission: str | None = None
    facts: Callable[[Any], Sequence[tuple[str, str]]] = lambda _approval: ()
    ended: Callable[[Any], None] = lambda _approval: None


policy_impacts: Registry[PolicyImpact] = Registry()
policy_choices: Registry[PolicyChoices] = Registry()
approval_kinds: Registry[ApprovalKind] = Registry()
# Refuses people who may not decide on some request, by raising a DomainError: `guard(actor, approval)`.
approval_guards: Registry[Callable[[Any, Any], None]] = Registry()
personal_data: Registry[PersonalDataHolder] = Registry()
# How many people an organisation may have, from each room that limits it: `limit(organisation) -> int | None`, inside its
# scope.
member_limits: Registry[Callable[[Any], int | None]] = Registry()
# Refuses what an organisation's plan does not include, by raising a DomainError: `gate(organisation, feature)`, inside its scope.
plan_gates: Registry[Callable[[Any, str], None]] = Registry()
