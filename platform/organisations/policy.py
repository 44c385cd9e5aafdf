"""An organisation's policy: one typed document of what it allows. What a change would break, rooms say in `kernel.registries.policy_impacts`.

Here stands what the document is; `policy_checks` says whether its names exist, `policy_rules` what follows from it.
"""

from contextlib import suppress
from ipaddress import ip_address
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kernel.egress import ascii_host
from organisations.models import Organisation, Policy


def _tidy(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        return value
    return tuple(dict.fromkeys(item.strip() for item in value if item.strip()))


def _tidy_hosts(value: Any) -> Any:
    tidied = _tidy(value)
    return tuple(dict.fromkeys(map(_host, tidied))) if isinstance(tidied, tuple) else tidied


def _host(value: str) -> str:
    """A host as it is compared: small letters, no dot at its end, other scripts and addresses in their one form."""
    lowered = value.lower().removesuffix(".")
    with suppress(ValueError):
        return str(ip_address(lowered.removeprefix("[").removesuffix("]")))
    wildcard = "*." if lowered.startswith("*.") else ""
    try:
        return wildcard + ascii_host(lowered.removeprefix(wildcard))
    except ValueError:
        return lowered


def called_host(host: str) -> str:
    """The host of a call as policies compare it; the port that stands behind it does not matter to them."""
    name = host.strip()
    if name.startswith("["):
        name = name.partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    return _host(name)


Name = Annotated[str, Field(max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=200), BeforeValidator(_tidy)]
HostNames = Annotated[tuple[Name, ...], Field(max_length=500), BeforeValidator(_tidy_hosts)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Who(_Part):
    """Which roles may do something, out of those whose permissions allow it; `roles` None means all of them.

    A role is named by its `Membership.role_key`: a built-in one's name, or a custom one's id. Service accounts are
    `service_account`.
    """

    roles: Names | None = None


class Publishing(_Part):
    """Publishing to the organisation's directory and to the public store, and whether a second person must agree."""

    directory: Who = Who()
    store: Who = Who()
    directory_approval: bool = False
    store_approval: bool = False
    links: bool = True


class Building(_Part):
    """Who may create assistants, add actions, and add knowledge from the web."""

    create: Who = Who()
    actions: Who = Who()
    web_knowledge: Who = Who()


class Models(_Part):
    """Which models may be used; None allows every one. Regions are those that the catalogue names for a provider."""

    models: Names | None = None
    providers: Names | None = None
    regions: Names | None = None


class Hosts(_Part):
    """Which outside hosts may be called: those named, with `*.` before a domain for its subdomains; None allows all."""

    allowed: HostNames | None = None
    blocked: HostNames = ()


class Actions(_Part):
    """When people are asked about calls of actions, beyond what each turn demands by itself; whether a second person
    must agree before an assistant that calls a new host, or writes there, reaches others.

    `confirm`: what the operation says of itself, every write, or every call.
    """

    confirm: Literal["declared", "writes", "all"] = "declared"
    approval: bool = True


class Files(_Part):
    """Which files may become knowledge: names of formats, None for all; the largest size, None for the installation's."""

    types: Names | None = None
    max_mb: Annotated[int, Field(ge=1, le=10_000)] | None = None


class Joining(_Part):
    """E-mail domains whose people may join by themselves, and as what; whether a second factor is required."""

    domains: HostNames = ()
    role: Name = "member"
    mfa_required: bool = False


class Store(_Part):
    """What people may use of what other organisations publish: everything, only what was chosen, or nothing."""

    public: Literal["everyone", "chosen", "hidden"] = "everyone"


class PolicyDocument(_Part):
    """The whole policy. An empty document allows everything that roles allow."""

    building: Building = Building()
    publishing: Publishing = Publishing()
    models: Models = Models()
    hosts: Hosts = Hosts()
    actions: Actions = Actions()
    files: Files = Files()
    joining: Joining = Joining()
    store: Store = Store()

    def document(self) -> dict[str, Any]:
        """Its stored and public form."""
        return self.model_dump(mode="json")


SECTION_LABELS = {
    "building": _("Building"),
    "publishing": _("Publishing"),
    "models": _("Models"),
    "hosts": _("Outside hosts"),
    "actions": _("Actions"),
    "files": _("Files"),
    "joining": _("Joining and signing in"),
    "store": _("The public store"),
}


def policy_row(organisation: Organisation | int, *, lock: bool = False) -> Policy | None:
    """The stored policy, in the open scope; None where none was ever set."""
    rows = Policy.objects.for_organisation(organisation)
    found: Policy | None = (rows.select_for_update() if lock else rows).first()
    return found


def policy_of(organisation: Organisation | int) -> PolicyDocument:
    """The policy in force, read inside the open scope; one that allows everything where none was set."""
    row: Any = Policy.objects.for_organisation(organisation).values_list("document", flat=True).first()
    return PolicyDocument.model_validate(row or {})
