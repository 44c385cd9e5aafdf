"""Two walls stand between organisations, and each holds alone.

The first is the manager: no query without naming an organisation. The second is row-level security under a role
that owns nothing. Each is taken down in turn, for single queries and for whole requests: Charlie, of another
organisation, still sees nothing of Alice's. With both down he must see it, or these tests could not fail.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from assistants.knowledge.models import Source, SourceSet
from kernel import tenancy
from kernel.models import OutboxEvent
from kernel.tenancy import across_organisations, tenant_scope, user_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actions.invite_member import invite_member
from organisations.actors import Actor
from organisations.models import ApiKey, AuditEntry, Invitation, Membership
from organisations.permissions import Permission
from organisations.queries import actor_for_key_hash, invitation_by_token
from tests.architecture.test_models import by_label, tenant_models
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
VICTIMS = [Membership, Invitation, ApiKey, AuditEntry, OutboxEvent]
PAGES = [
    "/organisation/members/",
    "/organisation/invitations/",
    "/organisation/keys/",
    "/organisation/audit/",
]
LISTS = [f"/api/v1/organisation/{name}" for name in ("members", "invitations", "keys")]
# What each of Alice's rows is recognised by on those pages.
CANARY = "canary"


@pytest.fixture
def furnished(alice: Actor, charlie: Actor) -> tuple[Actor, Actor]:
    """Both organisations have a row of everything; Alice's carry the canary."""
    for actor, word in ((alice, CANARY), (charlie, "feather")):
        assert actor.user is not None
        actor.user.name = word
        actor.user.save()
        invite_member(actor=actor, email=f"{word}@example.net")
        create_api_key(actor=actor, name=f"{word} key", scopes=[Permission.USE_ASSISTANTS])
    return alice, charlie


@contextmanager
def without_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Managers forget to filter."""
    with monkeypatch.context() as patch:
        patch.setattr(
            tenancy.TenantManager, "for_organisation", lambda self, _organisation: self.model.unscoped.all()
        )
        yield


@contextmanager
def without_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every scope runs under the role that row-level security does not bind."""
    apply = tenancy._apply

    def powerful(using: Any, scope: Any, before: Any) -> None:
        apply(using, replace(scope, role=tenancy.ACROSS_ROLE) if scope.organisation else scope, before)

    with monkeypatch.context() as patch:
        patch.setattr(tenancy, "_apply", powerful)
        yield


@pytest.mark.parametrize("manager", [True, False], ids=["manager", "no manager"])
@pytest.mark.parametrize("database", [True, False], ids=["database", "no database"])
def test_queries_show_ones_own_unless_both_walls_are_down(
    furnished: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch, manager: bool, database: bool
) -> None:
    alice, charlie = furnished
    with (
        nullcontext() if manager else without_manager(monkeypatch),
        nullcontext() if database else without_database(monkeypatch),
        tenant_scope(charlie.organisation),
    ):
        seen = {
            model: set(
                model.objects.for_organisation(charlie.organisation).values_list("organisation_id", flat=True)
            )
            for model in VICTIMS
        }
    leaking = {model for model, organisations in seen.items() if alice.organisation.pk in organisations}
    assert all(charlie.organisation.pk in organisations for organisations in seen.values())
    assert leaking == (set() if manager or database else set(VICTIMS))


@pytest.mark.parametrize("manager", [True, False], ids=["manager", "no manager"])
@pytest.mark.parametrize("database", [True, False], ids=["database", "no database"])
def test_whole_requests_show_ones_own_unless_both_walls_are_down(
    furnished: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch, manager: bool, database: bool
) -> None:
    _alice, charlie = furnished
    machine, browser = api_client_for(charlie), client_for(charlie)
    with (
        nullcontext() if manager else without_manager(monkeypatch),
        nullcontext() if database else without_database(monkeypatch),
    ):
        answers = {path: browser.get(path) for path in PAGES} | {path: machine.get(path) for path in LISTS}
    shown = {path: answer.content.decode() for path, answer in answers.items()}
    leaking = {path for path, text in shown.items() if CANARY in text}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert all("feather" in text or "charlie@example.org" in text for text in shown.values())
    assert leaking == (set() if manager or database else set(PAGES + LISTS))


@pytest.mark.parametrize("model", [Membership, Invitation, ApiKey], ids=by_label)
def test_without_the_manager_foreign_rows_cannot_be_changed_either(
    furnished: tuple[Actor, Actor], model: Any
) -> None:
    alice, charlie = furnished
    with tenant_scope(charlie.organisation):
        foreign = model.unscoped.filter(organisation_id=alice.organisation.pk)
        assert foreign.update(public_id="taken") == 0
        assert foreign.delete()[0] == 0
    with tenant_scope(alice.organisation):
        assert model.objects.for_organisation(alice.organisation).exists()


def test_without_the_manager_no_row_can_be_put_into_another_organisation(
    furnished: tuple[Actor, Actor],
) -> None:
    alice, charlie = furnished
    with pytest.raises(DatabaseError, match="row-level security"), tenant_scope(charlie.organisation):
        Membership.unscoped.create(organisation=alice.organisation, user=charlie.user, role="owner")
    with pytest.raises(DatabaseError, match="row-level security"), tenant_scope(charlie.organisation):
        Invitation.unscoped.update(organisation=alice.organisation)


def test_sql_without_a_scope_sees_no_row_of_any_table(furnished: tuple[Actor, Actor]) -> None:
    counts = {model: _count(model) for model in tenant_models()}
    assert set(counts.values()) == {0}
    with across_organisations(reason="count the rows that were hidden"):
        assert all(_count(model) for model in VICTIMS)


def _count(model: type[models.Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
        (count,) = cursor.fetchone()
    return int(count)


def test_a_persons_own_scope_shows_their_memberships_and_nothing_else(furnished: tuple[Actor, Actor]) -> None:
    _alice, charlie = furnished
    with user_scope(charlie.user):  # type: ignore[arg-type]
        assert set(Membership.unscoped.values_list("user_id", flat=True)) == {charlie.user_id}
        assert not ApiKey.unscoped.exists()
        assert Membership.unscoped.update(role="owner") == 0


def test_a_child_cannot_hang_on_another_organisations_parent(furnished: tuple[Actor, Actor]) -> None:
    alice, charlie = furnished
    with tenant_scope(alice.organisation):
        parent = SourceSet.objects.create(organisation=alice.organisation)
    with pytest.raises(IntegrityError, match="tenant_fk"), tenant_scope(charlie.organisation):
        Source.objects.create(organisation=charlie.organisation, source_set_id=parent.pk, name="stolen")


def _settings_left() -> tuple[str, str]:
    names = ("organisation", "user", "key_hash", "invitation")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, "
            + " || ".join(f"COALESCE(current_setting('bottega.{name}', true), '')" for name in names)
        )
        role, left = cursor.fetchone()
    return role, left


def test_nothing_is_left_on_a_connection_that_is_used_again(furnished: tuple[Actor, Actor]) -> None:
    alice, charlie = furnished
    before = _settings_left()
    with tenant_scope(alice.organisation), across_organisations(reason="a powerful moment"):
        pass
    with pytest.raises(ZeroDivisionError), user_scope(charlie.user), tenant_scope(charlie.organisation):  # type: ignore[arg-type]
        raise ZeroDivisionError
    assert actor_for_key_hash("0" * 64) is None
    with pytest.raises(Exception, match="nothing here"):
        invitation_by_token("guess")
    assert _settings_left() == before == ("bottega_app", "")
    assert not Membership.unscoped.exists()


def test_an_inner_scope_gives_the_outer_one_back(furnished: tuple[Actor, Actor]) -> None:
    alice, charlie = furnished
    with tenant_scope(alice.organisation):
        with tenant_scope(charlie.organisation):
            assert _organisations_seen() == {charlie.organisation.pk}
        assert _organisations_seen() == {alice.organisation.pk}
        with pytest.raises(ZeroDivisionError), across_organisations(reason="fails"):
            assert len(_organisations_seen()) > 1
            raise ZeroDivisionError
        assert _organisations_seen() == {alice.organisation.pk}


def _organisations_seen() -> set[int]:
    return set(Membership.unscoped.values_list("organisation_id", flat=True))


def test_a_key_that_is_looked_up_shows_one_row_and_only_then(furnished: tuple[Actor, Actor]) -> None:
    alice, _charlie = furnished
    with across_organisations(reason="take a hash"):
        key = (
            ApiKey.objects.across_organisations(reason="take a hash")
            .filter(organisation=alice.organisation)
            .get()
        )
    with transaction.atomic():
        found = actor_for_key_hash(key.key_hash)
        assert found is not None
        assert found.organisation == alice.organisation
        assert not ApiKey.unscoped.exists()


@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("powerful", [False, True], ids=["own organisation", "across organisations"])
def test_the_audit_log_only_grows(furnished: tuple[Actor, Actor], statement: str, powerful: bool) -> None:
    alice, _charlie = furnished
    scope = across_organisations(reason="try") if powerful else tenant_scope(alice.organisation)
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        scope,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(AuditEntry._meta.db_table))
