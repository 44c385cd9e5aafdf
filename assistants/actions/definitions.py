"""Actions as a second assistant takes them over: what they are and how calls are signed, never a credential."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistants.actions.calling.planned import read_operation
from assistants.actions.models import Action, ActionRevision, Operation
from assistants.actions.openapi.documents import Finding
from assistants.actions.queries import actions_of
from assistants.actions.reading import Reading
from kernel.tenancy import HasPk

_ADDRESSED = ("kind", "owner", "placement")


@dataclass(frozen=True, slots=True)
class ActionDefinition:
    """One action. `reading.auth` is how calls of the original are signed, as a suggestion."""

    id: str
    reading: Reading
    paused: bool = False

    @property
    def host(self) -> str:
        """The host that its calls go to."""
        return self.reading.server_url.partition("://")[2].partition("/")[0].lower()


def definitions_of(
    organisation: HasPk | int, assistant_id: str, revisions: Mapping[str, str] | None = None
) -> list[ActionDefinition]:
    """The actions of an assistant, oldest first, inside the organisation's scope.

    Args:
        revisions: only these, each as the revision of this public id says; None for all, as they are now.
    """
    rows = ActionRevision.objects.for_organisation(organisation)
    frozen = {row.public_id: row for row in rows.filter(public_id__in=(revisions or {}).values())}
    found = []
    for action in actions_of(organisation, assistant_id).defer(None):
        named = (revisions or {}).get(action.public_id, "")
        revision = action.revision if revisions is None else frozen.get(named)
        if revision is not None:
            found.append(ActionDefinition(action.public_id, _reading(action, revision), action.paused))
    return found


def for_others(definition: ActionDefinition) -> ActionDefinition | None:
    """A definition that people of another organisation may read; None where its address may itself be a key.

    Which client of a service the original is stays with it, and where its document came from where that address says more
    than a place.
    """
    reading = definition.reading
    if "?" in reading.server_url:
        return None
    auth = dict(reading.auth or {})
    shown: dict[str, Any] = {name: auth[name] for name in _ADDRESSED if name in auth}
    if auth.get("oauth"):
        shown["oauth"] = {
            name: value for name, value in auth["oauth"].items() if name not in ("client_id", "registration")
        }
    if "?" in reading.source_url:
        reading = replace(reading, source_url="", origin=Action.Origin.WRITTEN)
    return replace(definition, reading=replace(reading, auth=shown or None))


def _reading(action: Action, revision: ActionRevision) -> Reading:
    rows = Operation.objects.for_organisation(action.organisation_id).filter(revision=revision)
    return Reading(
        kind=action.kind,
        origin=action.origin,
        name=action.name,
        description=action.description,
        server_url=revision.server_url,
        document=revision.document,
        operations=tuple(read_operation(row) for row in rows.order_by("position")),
        findings=tuple(Finding(**one) for one in revision.findings),
        source_url=action.source_url,
        privacy_policy_url=action.privacy_policy_url,
        auth=_suggested(action, revision),
        prompts=tuple(revision.prompts),
        connector=action.connector,
    )


def _suggested(action: Action, revision: ActionRevision) -> dict[str, Any] | None:
    profile = action.profile
    if profile is None or profile.deleted_at is not None:
        suggested: dict[str, Any] | None = revision.suggested_auth
        return suggested
    return dict(profile.document)
