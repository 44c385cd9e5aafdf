"""What a turn is made from: the plan of a publication, a draft or a version, and who may have it.

Every question of every chat and of `/v1` passes here, so a publication costs one small query, which sees at once when
it was withdrawn; versions never change and are kept in the process.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.staff import Role, Staff, require_staff
from assistants.actions.queries import present_revisions
from assistants.building.choosing import Pin, gets_candidate, pin_holds
from assistants.building.models import Assistant, Publication, Version
from assistants.building.prompts import compile_prompt
from assistants.building.queries import (
    RESOURCE,
    access_assistant,
    access_version,
    draft_of,
    specification_of,
)
from assistants.building.specification import Specification
from assistants.building.standing import PublicationUnavailable as PublicationUnavailable
from assistants.building.standing import (
    Standing,
    may_use,
    readable_standing,
    refusal,
    standing_of,
    usable_standing,
)
from assistants.knowledge.queries import manifest, scope_of
from assistants.turns.models import Turn
from assistants.turns.plan import ActionUse, AssistantPlan, Limits, Narrowing
from kernel.errors import Gone, NotFound
from kernel.tenancy import current_organisation_id, tenant_scope
from organisations.actors import Actor
from organisations.grants import level_on
from organisations.models import Organisation
from organisations.permissions import Level, Permission, levels_from, require

CACHED_VERSIONS = 1024
_cache: OrderedDict[tuple[int | str, str], AssistantPlan] = OrderedDict()
_cache_lock = Lock()


class VersionWithdrawn(Gone):
    code = "version_withdrawn"
    user_message = _(
        "While this answer waited for you, its author moved conversations away from the version that had begun it. What"
        " was asked was not done. Ask again: the version that is live now answers."
    )


def plan_for_publication(
    actor: Actor, reference: str, *, used_before: bool = False, pin: Pin | None = None, person: str = ""
) -> AssistantPlan:
    """The plan of what is published under a reference, for an actor who may use it.

    Args:
        reference: a slug, a publication's id, or the `asst_…` id of an assistant of the actor's own organisation; the
            latter is its draft for those who build, as long as there is no version.
        used_before: whether the caller can show that the actor used it before (a conversation, an install). Then
            one that was withdrawn says so; for everybody else it looks as if it had never been.
        pin: the version that a conversation began with, which it keeps as long as nothing takes it away.
        person: who asks, where the actor asks for many: a roll-out gives each person one version.

    Raises:
        NotFound: there is none, it is not published, or the actor may not use it: all answer alike.
        PublicationUnavailable: it is withdrawn, and the actor knew it.
        OutsideNotAllowed: it is another organisation's, and the actor's own does not let its people use it.
    """
    if not reference.isascii() or not reference.isprintable():  # none of ours, and nothing for a database
        raise NotFound
    with _scope_of(actor.organisation):
        if reference.startswith("asst_"):
            return _plan_for_own(actor, reference, used_before, pin, person)
        column = "public_id" if reference.startswith("pub_") else "slug"
        return _plan_of_choice(
            actor, usable_standing(actor, column, reference, used_before=used_before), pin, person
        )


def plan_for_draft(actor: Actor, assistant_id: str, *, model: str = "") -> AssistantPlan:
    """The plan of a draft, for those who build.

    Args:
        model: another model to try it with.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the organisation has no such assistant.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with _scope_of(actor.organisation):
        assistant = access_assistant(actor, assistant_id, level=Level.VIEW)
        return _plan_of_draft(assistant, model)


def plan_for_version(actor: Actor, assistant_id: str, number: int, *, model: str = "") -> AssistantPlan:
    """The plan of one version, live or not, for those who build.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the organisation has no such assistant, or the assistant no such version.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with _scope_of(actor.organisation):
        assistant = access_assistant(actor, assistant_id, level=Level.VIEW)
        version = access_version(assistant, number)
        made = _plan(assistant, specification_of(version), version.manifest, version=version, model=model)
        return _for_builder(made)


def plan_for_review(actor: Actor, organisation_id: int, version_id: str) -> AssistantPlan:
    """The plan of exactly one version of any organisation's assistant, open or not, for the platform's moderators.

    It is nobody's publication: nothing is counted or earned by it, and taking the publication down does not end it. Its
    sources are those that a stranger is answered from.

    Args:
        actor: a moderator, acting in the platform's organisation.

    Raises:
        NotYourTask: they do not moderate.
        NotFound: there is no such version any more.
    """
    require_staff(Staff(cast(User, actor.user)), Role.MODERATOR, Role.OPERATOR)
    with tenant_scope(organisation_id):
        rows = Version.objects.for_organisation(organisation_id).select_related("assistant__source_set")
        version: Version | None = rows.filter(public_id=version_id).first()
        if version is None:
            raise NotFound
        return _plan(version.assistant, specification_of(version), version.manifest, version=version)


def plan_of_turn(actor: Actor, turn: Turn) -> AssistantPlan:
    """The plan that a turn which waited goes on with: that of its version, as long as the actor may use it.

    Raises:
        VersionWithdrawn: conversations were moved away from the version meanwhile; no other one finishes what it began.
        NotFound, PublicationUnavailable, PermissionDenied: as `plan_for_publication` and `plan_for_draft`.
    """
    if turn.surface == Turn.Surface.REVIEW:
        return plan_for_review(actor, turn.creator_organisation_id, turn.version_id)
    if turn.publication_id:
        pin = Pin(turn.version_id, turn.created_at)
        plan = plan_for_publication(actor, turn.publication_id, used_before=True, pin=pin)
        if plan.version_id != turn.version_id:
            raise VersionWithdrawn
        return plan
    if not turn.version_id:
        return plan_for_draft(actor, turn.assistant_id, model=turn.model_id)
    require(actor, Permission.BUILD_ASSISTANTS)
    with _scope_of(actor.organisation):
        assistant = access_assistant(actor, turn.assistant_id, level=Level.VIEW)
        number = assistant.versions.get(public_id=turn.version_id).number
    return plan_for_version(actor, turn.assistant_id, number, model=turn.model_id)


def published_documents(
    organisation_id: int, publication_id: str, actor: Actor | None = None
) -> tuple[int, ...] | None:
    """Primary keys of the documents that a publication's live version answers from; see `kernel.registries`.

    Args:
        organisation_id: whose publication it is.
        actor: has to be one who may use it, where there is one.

    Returns:
        None where nobody, or not the actor, may use it now.
    """
    with _scope_of(actor.organisation) if actor else tenant_scope(organisation_id):
        standing = readable_standing(publication_id, actor)
        if standing is None:
            return None
    plan = _plan_of_version(standing, standing.live_version_id)
    return plan.knowledge.document_ids if plan and plan.knowledge else ()


@contextmanager
def _scope_of(organisation: Organisation) -> Iterator[None]:
    # Inside the organisation's own scope another savepoint would only cost time.
    if current_organisation_id() == organisation.pk:
        yield
        return
    with tenant_scope(organisation):
        yield


def _plan_for_own(
    actor: Actor, assistant_id: str, used_before: bool, pin: Pin | None, person: str
) -> AssistantPlan:
    standing = standing_of("assistant", assistant_id, actor)
    level = level_on(actor, RESOURCE, assistant_id)
    if actor.can(Permission.BUILD_ASSISTANTS) and level in levels_from(Level.VIEW):
        if standing is None:
            return _plan_of_draft(access_assistant(actor, assistant_id, level=Level.VIEW), "")
        if standing.state == Publication.State.SUSPENDED:
            raise PublicationUnavailable
        return _plan_of_choice(actor, standing, pin, person)
    if standing is None or not may_use(actor, standing):
        raise refusal(actor, standing, used_before=used_before)
    return _plan_of_choice(actor, standing, pin, person)


def _plan_of_choice(actor: Actor, standing: Standing, pin: Pin | None, person: str) -> AssistantPlan:
    if pin and pin_holds(pin, standing.withdrawn_versions, standing.conversations_moved_at):
        kept = _plan_of_version(standing, pin.version_id)
        if kept is not None:
            return _for_reader(kept, standing.groups)
    chosen = standing.live_version_id
    if standing.candidate_id is not None:
        asking = _asking(actor, person)
        if gets_candidate(standing.public_id, standing.candidate_id, standing.candidate_share, asking):
            chosen = standing.candidate_id
    plan = _plan_of_version(standing, chosen)
    if plan is None:  # it went with its assistant since the publication was read
        raise NotFound
    return _for_reader(plan, standing.groups)


def _for_reader(plan: AssistantPlan, groups: list[int]) -> AssistantPlan:
    # The plan of a version is everybody's; what its reader may be answered from is not.
    if not groups or plan.knowledge is None:
        return plan
    return replace(plan, knowledge=replace(plan.knowledge, groups=tuple(groups)))


def _asking(actor: Actor, person: str) -> str:
    if person:  # named by a program that asks for many
        return f"{actor.organisation.pk} {person}"
    return f"user {actor.user_id}" if actor.user_id else f"key {actor.api_key_id}"


def _plan_of_version(standing: Standing, version: int | str) -> AssistantPlan | None:
    """The plan of a version by its primary key or public id; None where the assistant has no such version."""
    key = (version, standing.public_id)
    with _cache_lock:
        found = _cache.get(key)
        if found is not None:
            _cache.move_to_end(key)
            return found
    made = _load_version(standing, version)
    if made is None:
        return None
    with _cache_lock:
        _cache[key] = made
        while len(_cache) > CACHED_VERSIONS:
            _cache.popitem(last=False)
    return made


def _load_version(standing: Standing, version: int | str) -> AssistantPlan | None:
    with tenant_scope(standing.organisation_id):
        rows = Version.objects.for_organisation(standing.organisation_id).select_related(
            "assistant__source_set"
        )
        by: dict[str, Any] = {"pk" if isinstance(version, int) else "public_id": version}
        found: Version | None = rows.filter(assistant__public_id=standing.assistant_id, **by).first()
        if found is None:
            return None
        return _plan(
            found.assistant,
            specification_of(found),
            found.manifest,
            version=found,
            publication_id=standing.public_id,
        )


def _plan_of_draft(assistant: Assistant, model: str) -> AssistantPlan:
    documents = manifest(assistant.source_set)
    return _for_builder(_plan(assistant, specification_of(draft_of(assistant)), documents, model=model))


def _for_builder(plan: AssistantPlan) -> AssistantPlan:
    """The plan for somebody who sees every source anyway."""
    return replace(plan, knowledge=replace(plan.knowledge, groups=None)) if plan.knowledge else plan


def _plan(
    assistant: Assistant,
    specification: Specification,
    documents: Any,
    *,
    version: Version | None = None,
    publication_id: str | None = None,
    model: str = "",
) -> AssistantPlan:
    policy, knowledge = specification.answer_policy, specification.knowledge
    return AssistantPlan(
        assistant_id=assistant.public_id,
        assistant_name=specification.profile.name or assistant.label,
        creator_organisation_id=assistant.organisation_id,
        system_prompt=compile_prompt(specification),
        model_id=model or specification.model.id,
        # Whoever tries a model wants to see that one, or that it fails.
        fallback_id="" if model else specification.model.fallback,
        publication_id=publication_id,
        version_id=version.public_id if version else None,
        version_number=version.number if version else None,
        parameters=specification.model.parameters.model_dump(exclude_none=True),
        grounding=policy.grounding,
        citations=policy.citations,
        not_enough_information=policy.sentence,
        knowledge=scope_of(assistant.source_set, tuple(documents), groups=()),
        top_k=knowledge.top_k,
        budget_tokens=knowledge.budget_tokens,
        narrowing=Narrowing(tuple(knowledge.filter.tags), tuple(sorted(knowledge.filter.metadata.items()))),
        rerank=knowledge.rerank,
        neighbours=knowledge.neighbours,
        rewriting=knowledge.rewriting,
        show_steps=policy.show_steps,
        verification=policy.verification,
        language=policy.language,
        capabilities=frozenset(name for name, on in specification.capabilities.items() if on),
        actions=_actions(assistant, specification, version),
        limits=Limits(**specification.limits.model_dump()),
    )


def _actions(
    assistant: Assistant, specification: Specification, version: Version | None
) -> tuple[ActionUse, ...]:
    """The actions with the revisions that count: those of the version, or for a draft the present ones."""
    if not specification.actions:
        return ()
    named = [use.id for use in specification.actions]
    revisions = version.revisions if version else present_revisions(assistant.organisation_id, named)
    return tuple(
        ActionUse(use.id, revisions[use.id], tuple(use.operations))
        for use in specification.actions
        if use.id in revisions and use.operations
    )
