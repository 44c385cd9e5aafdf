"""Lay the demo out: people, organisations, assistants with real knowledge. Nothing is done twice."""

from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assistants.building.actions.create_assistant import create_assistant
from assistants.building.models import Assistant
from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.queries import source_count
from billing.dashboards.demo import give_demo_credit
from kernel.errors import Conflict
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import tenant_scope
from organisations.actions.create_organisation import create_organisation
from organisations.actions.create_person import create_person
from organisations.actions.switch_organisation import remember_organisation
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import AuditEntry, Membership, Organisation
from organisations.permissions import Role
from organisations.queries import actor_for, memberships_of
from store.demo.content import (
    CREATOR,
    DEMO_ASSISTANTS,
    HARBOUR,
    MEMBER,
    NAMES,
    PASSWORD,
    SHUFANG,
    STAFF,
    DemoAssistant,
)

LAID_OUT = "demo.laid_out"
OWNERS = {HARBOUR: CREATOR, SHUFANG: STAFF}
ROLES = {
    HARBOUR: {MEMBER: Role.MEMBER, STAFF: Role.PUBLISHER},
    SHUFANG: {CREATOR: Role.PUBLISHER, MEMBER: Role.MEMBER},
}


class DemoRefused(Conflict):
    code = "demo_refused"
    user_message = _("Demo sign-ins have a known password and are never made in production.")


def load_demo(*, only: Collection[str] = ()) -> int:
    """Make what is missing of the demo and have it published as soon as it can be searched.

    Args:
        only: slugs of the assistants that are wanted; all of them by default.

    Returns:
        how many assistants still wait for publishing; their jobs are queued.

    Raises:
        DemoRefused: this is a production server.
    """
    if settings.PRODUCTION:
        raise DemoRefused
    people = {email: _person(email) for email in NAMES}
    actors = {name: _organisation(name, people) for name in OWNERS}
    personal = actor_for(people[MEMBER], memberships_of(people[MEMBER])[0].organisation_id)
    if personal is not None:
        give_demo_credit(personal.organisation.pk)
    wanted = [demo for demo in DEMO_ASSISTANTS if not only or demo.slug in only]
    if not _was_laid_out(actors[HARBOUR]):
        for demo in wanted:
            with translation.override(demo.language):
                _assistant(actors[demo.organisation], demo)
        with tenant_scope(actors[HARBOUR].organisation, durable=True):
            record_audit(actors[HARBOUR], LAID_OUT)
    return sum(_publish_later(actors[demo.organisation], demo) for demo in wanted)


def _person(email: str) -> User:
    known = User.objects.filter(email=email).first()
    return known or create_person(email=email, password=PASSWORD, name=NAMES[email], staff=email == STAFF)


def _organisation(name: str, people: dict[str, User]) -> Actor:
    owner = people[OWNERS[name]]
    mine = [m.organisation for m in memberships_of(owner) if m.organisation.name == name]
    personal = actor_for(owner)
    assert personal is not None
    organisation = mine[0] if mine else create_organisation(actor=personal, name=name)
    for email, role in ROLES[name].items():
        _join(organisation, people[email], role)
    for person in (owner, *(people[email] for email in ROLES[name])):
        if (
            person.last_organisation_id is None
        ):  # signing in shows the team and what it built, not an empty workspace
            remember_organisation(user=person, organisation=organisation)
    actor = actor_for(owner, organisation.pk)
    assert actor is not None
    return actor


def _join(organisation: Organisation, person: User, role: Role) -> None:
    with tenant_scope(organisation, author=Actor(user=person, organisation=organisation).authorship):
        Membership.unscoped.get_or_create(organisation=organisation, user=person, defaults={"role": role})


def _was_laid_out(actor: Actor) -> bool:
    with tenant_scope(actor.organisation):
        return bool(AuditEntry.objects.for_organisation(actor.organisation).filter(action=LAID_OUT).exists())


def _assistant(actor: Actor, demo: DemoAssistant) -> None:
    assistant = _existing(actor, demo) or create_assistant(actor=actor, name=demo.name, draft=demo.draft)
    with tenant_scope(actor.organisation):
        known = source_count(assistant.source_set)
    for path in demo.files[known:]:
        _add(actor, assistant, path)


def _add(actor: Actor, assistant: Assistant, path: Path) -> None:
    upload = ContentFile(path.read_bytes(), name=path.name)
    add_file(actor=actor, source_set=assistant.source_set, upload=upload, name=path.name)


def _existing(actor: Actor, demo: DemoAssistant) -> Assistant | None:
    with tenant_scope(actor.organisation):
        rows = Assistant.objects.for_organisation(actor.organisation).filter(name=demo.name)
        found: Assistant | None = rows.select_related("source_set").first()
        return found


def _publish_later(actor: Actor, demo: DemoAssistant) -> int:
    with tenant_scope(actor.organisation, durable=True):
        rows = Assistant.objects.for_organisation(actor.organisation).filter(name=demo.name, deleted_at=None)
        unfinished = (
            Q(publication=None) | Q(publication__listing=None) | Q(publication__listing__state="draft")
        )
        if not rows.filter(unfinished).exists():
            return 0
        enqueue_after_commit("store.publish_demo_assistant", email=OWNERS[demo.organisation], slug=demo.slug)
        return 1
