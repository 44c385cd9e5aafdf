"""Bring assistants along from a file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from assistants.building.actions.create_assistant import begin, beginning
from assistants.building.actions.save_draft import checked_specification, is_chat_model
from assistants.building.actions.update_draft import update_draft
from assistants.building.importers import AUTO, read_definitions
from assistants.building.importers.actions import bring_actions
from assistants.building.importers.base import Account, Definition
from assistants.building.importers.knowledge import store_knowledge
from assistants.building.models import Assistant, ImportReport
from assistants.building.portability.archives import Bundle
from assistants.building.specification import Specification, merge_patch
from assistants.knowledge.actions.put_sources import Brought, bring_source
from kernel.actions import entry_action
from kernel.errors import DomainError, InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from organisations.policy import policy_of
from organisations.policy_rules import require_allowed
from providers.catalogue import default_chat_model

ORIGIN_NAME = 200  # characters


@dataclass(frozen=True, slots=True)
class Ready:
    """An assistant whose definition was checked and whose files are in storage."""

    definition: Definition
    specification: Specification
    brought: Sequence[Brought]


def import_assistants(*, actor: Actor, bundle: Bundle, format: str = AUTO) -> list[ImportReport]:
    """Make an assistant of each definition in what was handed in, with a report of what came over and what did not.

    Everything is checked before the first is made, and all are made together.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role create assistants.
        FileRefused: it names the file and the line that is wrong.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    return import_definitions(actor=actor, definitions=read_definitions(bundle, format), bundle=bundle)


def import_definitions(
    *, actor: Actor, definitions: Sequence[Definition], bundle: Bundle
) -> list[ImportReport]:
    """The same for definitions that were read already.

    Raises:
        PermissionDenied, PolicyForbids, FileRefused: as above.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with tenant_scope(actor.organisation):
        require_allowed(actor, policy_of(actor.organisation).building.create, _("create assistants"))
    with tenant_scope(actor.organisation):
        specifications = [_fitted(actor, definition) for definition in definitions]
    # Stored before the transaction begins: storage may be a network away.
    ready = [
        Ready(definition, specification, store_knowledge(actor, definition, bundle))
        for definition, specification in zip(definitions, specifications, strict=True)
    ]
    reports = _make(actor=actor, ready=ready, label=bundle.label)
    return [
        _with_actions(actor, definition, report) if definition.actions else report
        for definition, report in zip(definitions, reports, strict=True)
    ]


def _with_actions(actor: Actor, definition: Definition, report: ImportReport) -> ImportReport:
    """Add the actions that came along; one that cannot be added leaves the assistant without it, and is reported."""
    assistant_id = report.assistant.public_id
    uses = bring_actions(
        actor=actor, assistant_id=assistant_id, brought=definition.actions, account=definition.account
    )
    if uses:
        update_draft(actor=actor, assistant_id=assistant_id, patch={"actions": uses})
    return _tell(actor=actor, report=report, account=definition.account)


@entry_action
def _tell(*, actor: Actor, report: ImportReport, account: Account) -> ImportReport:
    report.mapped = [asdict(entry) for entry in account.mapped]
    report.missing = [asdict(entry) for entry in account.missing]
    report.save(update_fields=["mapped", "missing"])
    return report


def _fitted(actor: Actor, definition: Definition) -> Specification:
    """The definition with a model that is offered here; what it asked for otherwise is in its account."""
    patch = definition.patch
    wanted = definition.models or tuple(filter(None, [patch.get("model", {}).get("id", "")]))
    found = next((model for model in wanted if is_chat_model(model, actor.organisation)), None)
    chosen = found or (default_chat_model().id if wanted or not definition.whole else "")
    if wanted and found is None:
        reason = _(
            "This model is not offered here. %(model)s answers instead; choose another one under Configure."
        )
        definition.account.forget("model.id")
        definition.account.misses("model", _("Model"), reason % {"model": chosen}, wanted[0])
    fallback = patch.get("model", {}).get("fallback", "")
    if fallback and not is_chat_model(fallback, actor.organisation):
        definition.account.misses(
            "model.fallback", _("Model"), _("This model is not offered here."), fallback
        )
        fallback = ""
    if patch.get("actions"):
        reason = _("A file names actions without their documents.")
        advice = _("Add each again, and switch its operations on.")
        definition.account.forget("actions")
        definition.account.misses("actions", _("Actions"), reason, advice=advice)
    base = {} if definition.whole else beginning()
    fitted = {"model": {"id": chosen, "fallback": fallback}, "actions": None}
    document = merge_patch(merge_patch(base, patch), fitted)
    try:
        return checked_specification(document, organisation=actor.organisation)
    except InvalidInput as refusal:
        raise definition.refusal(refusal) from None


@entry_action
def _make(*, actor: Actor, ready: Sequence[Ready], label: str) -> list[ImportReport]:
    require_allowed(actor, policy_of(actor.organisation).building.create, _("create assistants"))
    return [_make_one(actor, one, label) for one in ready]


def _make_one(actor: Actor, one: Ready, label: str) -> ImportReport:
    origin: dict[str, Any] = {"kind": "import", "format": one.definition.format, "name": label[:ORIGIN_NAME]}
    assistant = begin(actor, one.specification, origin=origin)
    account = one.definition.account
    for brought in one.brought:
        try:
            bring_source(actor, assistant.source_set, brought)
        except DomainError as refusal:
            account.misses("knowledge", brought.url, refusal.message, brought.url)
    report: ImportReport = ImportReport.objects.create(
        organisation=actor.organisation,
        assistant=assistant,
        format=one.definition.format,
        name=label[:ORIGIN_NAME],
        mapped=[asdict(entry) for entry in account.mapped],
        missing=[asdict(entry) for entry in account.missing],
    )
    record_audit(actor, "assistant.imported", assistant, **origin)
    return report


def report_of(assistant: Assistant) -> ImportReport | None:
    """What was noted when an assistant was brought along; None where it was not."""
    rows = ImportReport.objects.for_organisation(assistant.organisation_id)
    found: ImportReport | None = rows.filter(assistant=assistant).first()
    return found
