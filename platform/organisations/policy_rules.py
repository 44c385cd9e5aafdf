"""What follows from a policy: whether somebody may do something, and what is allowed. Rooms above ask here."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import SERVICE_ACCOUNT, Actor
from organisations.models import CustomRole, Organisation
from organisations.permissions import ROLE_LABELS, Role
from organisations.policy import Hosts, Models, Who, called_host


class HostRefusal(StrEnum):
    """Which list of a policy keeps a call from a host."""

    BLOCKED = "blocked"
    NOT_LISTED = "not_listed"


class PolicyForbids(PermissionDenied):
    code = "policy_forbids"
    user_message = gettext_lazy(
        "The policy of %(organisation)s does not let you %(what)s. It lets %(whom)s. Ask one of them, or an administrator"
        " to change the policy."
    )


def allows(who: Who, role_key: str) -> bool:
    """Whether a policy leaves something to a role."""
    return who.roles is None or role_key in who.roles


def require_allowed(actor: Actor, who: Who, what: str | Promise) -> None:
    """Refuse an actor whose role the organisation's policy leaves out.

    Args:
        what: what they wanted, as it follows "does not let you": "create assistants".

    Raises:
        PolicyForbids: it says what, and whom to ask.
    """
    if not allows(who, actor.role_key):
        raise PolicyForbids(
            organisation=actor.organisation.name,
            what=what,
            whom=names_of_roles(actor.organisation, who.roles or ()) or _("nobody"),
        )


def names_of_roles(organisation: Organisation, keys: Sequence[str]) -> str:
    """Roles in words, in the policy's order; those that no longer exist are left out."""
    with tenant_scope(organisation):
        rows = CustomRole.objects.for_organisation(organisation).filter(public_id__in=keys)
        custom = dict(rows.values_list("public_id", "name"))
    known = {role.value: str(ROLE_LABELS[role]) for role in Role} | custom
    known[SERVICE_ACCOUNT] = _("Service accounts")
    return ", ".join(known[key] for key in keys if key in known)


def model_allowed(models: Models, *, model: str, provider: str, region: str) -> bool:
    """Whether a policy allows a model; one whose region nobody named is in none of those that are allowed."""
    return (
        (models.models is None or model in models.models)
        and (models.providers is None or provider in models.providers)
        and (models.regions is None or (region != "" and region in models.regions))
    )


def host_allowed(hosts: Hosts, host: str) -> bool:
    """Whether a policy allows calls to a host; what is blocked stays blocked."""
    return host_refusal([hosts], host) is None


def host_refusal(policies: Iterable[Hosts], host: str) -> HostRefusal | None:
    """Why policies do not let a call go to a host: the first of them that is against it, None where all agree.

    Args:
        host: as it stands in an address, with or without its port, in any script.
    """
    name = called_host(host)
    for hosts in policies:
        if any(_fits(pattern, name) for pattern in hosts.blocked):
            return HostRefusal.BLOCKED
        if hosts.allowed is not None and not any(_fits(pattern, name) for pattern in hosts.allowed):
            return HostRefusal.NOT_LISTED
    return None


def _fits(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
