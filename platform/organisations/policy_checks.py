"""Whether a policy's names exist: roles, models, formats, hosts and domains. Each error names its field."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from kernel.errors import FieldError, InvalidInput
from kernel.registries import policy_choices
from organisations.actors import SERVICE_ACCOUNT
from organisations.free_mail import FREE_MAIL
from organisations.models import CustomRole, Organisation
from organisations.permissions import ROLE_LABELS, ROLE_PERMISSIONS, Permission, Role
from organisations.policy import PolicyDocument

# Whose permission makes a role one that a list can name; roles without it would be listed in vain.
ROLE_LISTS = {
    "building.create": Permission.BUILD_ASSISTANTS,
    "building.actions": Permission.BUILD_ASSISTANTS,
    "building.web_knowledge": Permission.BUILD_ASSISTANTS,
    "publishing.directory": Permission.PUBLISH_ASSISTANTS,
    "publishing.store": Permission.PUBLISH_ASSISTANTS,
}
# What may be given to whoever has an address of a domain. Nobody becomes an administrator by their address.
JOINING_ROLES = (Role.MEMBER, Role.BUILDER, Role.PUBLISHER)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)*{_LABEL}")
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?")
_MESSAGES: dict[str, tuple[str, str | Promise]] = {
    "extra_forbidden": ("unknown_field", gettext_lazy("There is no such field.")),
    "too_long": ("too_many", gettext_lazy("These are too many. Use at most 200.")),
    "string_too_long": ("too_long", gettext_lazy("Use at most 200 characters for each.")),
    "string_type": ("wrong_type", gettext_lazy("This has to be text.")),
    "tuple_type": ("wrong_type", gettext_lazy("This has to be a list.")),
    "bool_type": ("wrong_type", gettext_lazy("This has to be true or false.")),
    "bool_parsing": ("wrong_type", gettext_lazy("This has to be true or false.")),
    "int_type": ("wrong_type", gettext_lazy("This has to be a whole number.")),
    "int_parsing": ("wrong_type", gettext_lazy("This has to be a whole number.")),
    "int_from_float": ("wrong_type", gettext_lazy("This has to be a whole number.")),
    "greater_than_equal": ("out_of_range", gettext_lazy("Use a number from 1 to 10,000.")),
    "less_than_equal": ("out_of_range", gettext_lazy("Use a number from 1 to 10,000.")),
    "literal_error": ("not_a_choice", gettext_lazy("Choose one of those that are offered.")),
    "model_type": ("wrong_type", gettext_lazy("This has to be an object.")),
    "model_attributes_type": ("wrong_type", gettext_lazy("This has to be an object.")),
}


def merge_policy(document: Any, patch: Any) -> Any:
    """A JSON merge patch over a policy: objects are merged, everything else replaced; null takes a field back."""
    if not isinstance(patch, Mapping) or not isinstance(document, Mapping):
        return patch
    kept = {name: value for name, value in document.items() if name not in patch}
    changed = {name: value for name, value in patch.items() if value is not None}
    return kept | {name: merge_policy(document.get(name, {}), value) for name, value in changed.items()}


def checked_policy(organisation: Organisation, document: Any, present: PolicyDocument) -> PolicyDocument:
    """The policy in a document, all of whose names exist; those that it had already stay, though they may be gone.

    Raises:
        InvalidInput: it names every wrong field.
    """
    try:
        policy = PolicyDocument.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(errors=list(map(_field_error, error.errors()))) from None
    errors = list(_problems(organisation, policy, present))
    if errors:
        raise InvalidInput(errors=errors)
    return policy


def roles_for(organisation: Organisation, permission: Permission) -> list[tuple[str, str, str]]:
    """The roles that a list of the policy may name, as (key, label, note)."""
    built_in = [
        (role.value, str(ROLE_LABELS[role]), "") for role in Role if permission in ROLE_PERMISSIONS[role]
    ]
    rows = CustomRole.objects.for_organisation(organisation).order_by("name")
    own = [(row.public_id, row.name, row.description) for row in rows if permission in row.allowed]
    return [*built_in, *own, (SERVICE_ACCOUNT, _("Service accounts"), "")]


def choices_of(organisation: Organisation, field: str) -> Sequence[tuple[str, str, str]]:
    """What a list of the policy may hold, as (value, label, note); in the organisation's open scope."""
    if field in ROLE_LISTS:
        return roles_for(organisation, ROLE_LISTS[field])
    return [choice for entry in policy_choices if entry.field == field for choice in entry.list(organisation)]


def listed(policy: PolicyDocument, field: str) -> tuple[str, ...] | None:
    """A list of the policy by its path."""
    section, _dot, name = field.partition(".")
    value: Any = getattr(getattr(policy, section), name)
    found: tuple[str, ...] | None = value.roles if field in ROLE_LISTS else value
    return found


def choice_fields() -> list[str]:
    """The paths of the lists that hold names of something."""
    return [*ROLE_LISTS, *dict.fromkeys(entry.field for entry in policy_choices)]


def _problems(
    organisation: Organisation, policy: PolicyDocument, present: PolicyDocument
) -> Iterator[FieldError]:
    for field in choice_fields():
        names = listed(policy, field)
        if names is None:
            continue
        known = {value for value, _label, _note in choices_of(organisation, field)}
        strange = [name for name in names if name not in known | set(listed(present, field) or ())]
        if strange:
            path = f"{field}.roles" if field in ROLE_LISTS else field
            message = _("There is no %(names)s here. Choose from the list.") % {"names": ", ".join(strange)}
            yield FieldError(path, "unknown_name", message)
    yield from _misspelt("hosts.allowed", policy.hosts.allowed or (), _is_host)
    yield from _misspelt("hosts.blocked", policy.hosts.blocked, _is_host)
    yield from _joining_problems(policy)


def _joining_problems(policy: PolicyDocument) -> Iterator[FieldError]:
    joining = policy.joining
    yield from _misspelt("joining.domains", joining.domains, lambda name: bool(_DOMAIN.fullmatch(name)))
    public = [name for name in joining.domains if name in FREE_MAIL]
    if public:
        message = _(
            "Anybody can have an address of %(names)s. Name only domains whose addresses you give out."
        )
        yield FieldError("joining.domains", "free_mail", message % {"names": ", ".join(public)})
    if joining.role not in JOINING_ROLES:
        message = _("People who join by themselves can be members, builders or publishers, and no more.")
        yield FieldError("joining.role", "role_too_high", message)


def _misspelt(field: str, names: Sequence[str], fits: Callable[[str], bool]) -> Iterator[FieldError]:
    wrong = [name for name in names if not fits(name)]
    if wrong:
        message = _("These are no names of hosts: %(names)s. Write them like example.org.")
        yield FieldError(field, "invalid_host", message % {"names": ", ".join(wrong)})


def _is_host(name: str) -> bool:
    if _HOST.fullmatch(name):
        return len(name) <= 253
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _field_error(item: Any) -> FieldError:
    code, message = _MESSAGES.get(str(item["type"]), ("invalid", _("This is not valid.")))
    path = ".".join(str(part) for part in item["loc"] if not isinstance(part, int)) or "body"
    return FieldError(path, code, str(message))
