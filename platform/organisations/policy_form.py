"""The policy as a form: from what was typed to a document, and back to fields that keep it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import FieldError
from organisations.models import Membership, Organisation
from organisations.permissions import ROLE_LABELS
from organisations.policy import PolicyDocument
from organisations.policy_checks import JOINING_ROLES, ROLE_LISTS, choice_fields, choices_of

ONLY = "only"
HOST_LISTS = ("hosts.allowed", "hosts.blocked", "joining.domains")
SWITCHES = (
    "publishing.directory_approval",
    "publishing.store_approval",
    "publishing.links",
    "actions.approval",
    "joining.mfa_required",
)
LABELS: dict[str, tuple[str | Promise, str | Promise]] = {
    "building.create": (_("Who may create assistants"), ""),
    "building.actions": (_("Who may add actions"), _("Actions let an assistant call outside services.")),
    "building.web_knowledge": (
        _("Who may add web pages to what assistants know"),
        _("Pages are fetched from the internet and read like files."),
    ),
    "publishing.directory": (_("Who may publish to the organisation's directory"), ""),
    "publishing.store": (_("Who may publish to the public store"), ""),
    "models.models": (
        _("Models"),
        _("An assistant whose model is not allowed gives no answers, and says why."),
    ),
    "models.providers": (_("Providers"), _("Where questions and passages may be sent.")),
    "models.regions": (
        _("Regions"),
        _("Where a provider's computers stand. A provider without a region is in none of them."),
    ),
    "files.types": (_("Kinds of files"), ""),
}
CONFIRMATIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "declared": (
        _("Where the service says so"),
        _(
            "Every call that changes something is asked about; what a service calls harmless may be allowed for a chat."
        ),
    ),
    "writes": (
        _("Before everything that changes something"),
        _("Each time, whatever the service says, and whatever was allowed before."),
    ),
    "all": (_("Before every call"), _("Also before calls that only read.")),
}
REACHES: dict[str, tuple[str | Promise, str | Promise]] = {
    "everyone": (_("Everything in it"), _("People find and use what other organisations publish.")),
    "chosen": (
        _("Only what was allowed"),
        _("Administrators keep the list, and anybody may ask for one more assistant."),
    ),
    "hidden": (
        _("Nothing"),
        _("People see and use only what this organisation built. Chats with anything else stop."),
    ),
}
EVERYBODY, ALL = _("Everybody whose role allows it"), _("All of them")
ONLY_ROLES, ONLY_THESE = _("Only these roles"), _("Only these")


@dataclass(frozen=True)
class Option:
    """One box to tick."""

    value: str
    label: str
    note: str
    chosen: bool


@dataclass(frozen=True)
class ListField:
    """A list that may be limited: everything, or only what is ticked."""

    name: str
    label: str | Promise
    hint: str | Promise
    everything: str | Promise
    these: str | Promise
    limited: bool
    options: Sequence[Option]
    error: str

    @property
    def id(self) -> str:
        """Its id in the page."""
        return self.name.replace(".", "-")


def document_of(typed: QueryDict) -> dict[str, Any]:
    """The document that a form was filled in with, right or wrong."""
    document: dict[str, Any] = {}
    for name in choice_fields():
        chosen = typed.getlist(name) if typed.get(f"{name}.mode") == ONLY else None
        _put(document, name, {"roles": chosen} if name in ROLE_LISTS else chosen)
    for name in HOST_LISTS:
        _put(document, name, typed.get(name, "").replace(",", " ").split())
    if typed.get("hosts.allowed.mode") != ONLY:
        _put(document, "hosts.allowed", None)
    for name in SWITCHES:
        _put(document, name, name in typed)
    _put(document, "files.max_mb", typed.get("files.max_mb", "").strip() or None)
    _put(document, "actions.confirm", typed.get("actions.confirm", ""))
    _put(document, "joining.role", typed.get("joining.role", ""))
    _put(document, "store.public", typed.get("store.public", "everyone"))
    return document


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    section, _dot, name = path.partition(".")
    document.setdefault(section, {})[name] = value


class PolicyForm:
    """What the page shows: the policy that is in force, or what was typed and what is wrong with it."""

    def __init__(
        self,
        organisation: Organisation,
        document: Mapping[str, Any],
        *,
        revision: int,
        typed: QueryDict | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        self.revision = revision
        self.errors = {error.field.removesuffix(".roles"): error.message for error in errors}
        self._organisation, self._document, self._typed = organisation, document, typed

    @property
    def building(self) -> list[ListField]:
        """Who may build what."""
        return [self._list(name) for name in ("building.create", "building.web_knowledge")]

    @property
    def adding(self) -> ListField:
        """Who may add actions."""
        return self._list("building.actions")

    @property
    def confirmations(self) -> list[Option]:
        """When people are asked about calls of actions."""
        return self._one_of("actions.confirm", CONFIRMATIONS)

    @property
    def reaches(self) -> list[Option]:
        """What people may use of the public store."""
        return self._one_of("store.public", REACHES)

    @property
    def somebody_decides(self) -> bool:
        """Whether anybody else belongs to the organisation, whose word could be asked for."""
        rows = Membership.objects.for_organisation(self._organisation).filter(suspended_at=None)
        return bool(rows.count() > 1)

    @property
    def publishing(self) -> list[tuple[ListField, str, str | Promise, bool]]:
        """Who may publish where, each with the switch that asks for a second person."""
        words = _("A second person has to approve each version")
        return [
            (
                self._list(f"publishing.{name}"),
                f"publishing.{name}_approval",
                words,
                self._get(f"publishing.{name}_approval"),
            )
            for name in ("directory", "store")
        ]

    @property
    def models(self) -> list[ListField]:
        """Which models, providers and regions; lists that have nothing to offer are left out."""
        found = [self._list(name) for name in ("models.models", "models.providers", "models.regions")]
        return [field for field in found if field.options]

    @property
    def types(self) -> ListField:
        """Which kinds of files."""
        return self._list("files.types")

    @property
    def values(self) -> dict[str, Any]:
        """The fields that are no lists of names, with underscores for dots."""
        plain = {name.replace(".", "_"): self._get(name) for name in SWITCHES}
        hosts = {name.replace(".", "_"): self._lines(name) for name in HOST_LISTS}
        limited = self._get("hosts.allowed") is not None
        return plain | hosts | {"files_max_mb": self._get("files.max_mb") or "", "hosts_limited": limited}

    @property
    def joining_roles(self) -> list[Option]:
        """As what people join by themselves."""
        chosen = self._get("joining.role")
        return [
            Option(role.value, str(ROLE_LABELS[role]), "", role.value == chosen) for role in JOINING_ROLES
        ]

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong with the fields that are no lists of names, with underscores for dots."""
        return {name.replace(".", "_"): message for name, message in self.errors.items()}

    def _get(self, path: str) -> Any:
        section, _dot, name = path.partition(".")
        return self._document.get(section, {}).get(name)

    def _one_of(self, path: str, choices: Mapping[str, tuple[str | Promise, str | Promise]]) -> list[Option]:
        chosen = self._get(path)
        return [
            Option(value, str(label), str(note), value == chosen) for value, (label, note) in choices.items()
        ]

    def _lines(self, path: str) -> str:
        if self._typed is not None:
            return self._typed.get(path, "")
        return "\n".join(self._get(path) or ())

    def _list(self, name: str) -> ListField:
        value, roles = self._get(name), name in ROLE_LISTS
        chosen: Any = value["roles"] if roles else value
        # What is in the policy already stays to be seen, and unticked, though it may be gone.
        offered = list(choices_of(self._organisation, name))
        gone = [key for key in chosen or () if key not in {value for value, _label, _note in offered}]
        offered += [(key, key, str(_("no longer here"))) for key in gone]
        label, hint = LABELS[name]
        return ListField(
            name=name,
            label=label,
            hint=hint,
            everything=EVERYBODY if roles else ALL,
            these=ONLY_ROLES if roles else ONLY_THESE,
            limited=chosen is not None,
            options=[Option(key, text, note, key in (chosen or ())) for key, text, note in offered],
            error=self.errors.get(name, ""),
        )


def present_form(organisation: Organisation, row: Any) -> PolicyForm:
    """The form of the policy in force."""
    policy = PolicyDocument.model_validate(row.document if row else {})
    return PolicyForm(organisation, policy.document(), revision=row.revision if row else 0)
