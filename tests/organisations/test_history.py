"""What rows were: every change of who may do what leaves an event, and one made past the product a line in the chain."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, models
from django.urls import reverse
from django.utils import timezone

from kernel import tenancy
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.accept_invitation import accept_invitation
from organisations.actions.add_to_group import add_to_group
from organisations.actions.change_member_role import change_member_role
from organisations.actions.create_api_key import create_api_key
from organisations.actions.create_custom_role import create_custom_role
from organisations.actions.create_group import create_group
from organisations.actions.remove_member import remove_member
from organisations.actions.report_direct_changes import report_direct_changes
from organisations.actions.revoke_api_key import revoke_api_key
from organisations.actions.seal_audit_log import seal_audit_log
from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from organisations.invitations import token_of
from organisations.models import (
    EVENT_MODELS,
    ApiKey,
    ApiKeyEvent,
    AuditEntry,
    CustomRoleEvent,
    DirectChange,
    Grant,
    GrantEvent,
    GroupMembershipEvent,
    HistoryEvent,
    Membership,
    MembershipEvent,
    PolicyEvent,
)
from organisations.permissions import Level, Permission, Role
from organisations.tasks import seal_every_audit_log
from organisations.verification import verify_chain
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.people import api_client_for, client_for
from tests.harness.database import admin_url
from tests.organisations.conftest import Invite
from tests.organisations.helpers import membership_id

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = [*EVENT_MODELS, DirectChange]


def events(actor: Actor, model: type[HistoryEvent]) -> list[Any]:
    with tenant_scope(actor.organisation):
        return list(model.objects.for_organisation(actor.organisation).order_by("pgh_id"))


def told(actor: Actor) -> list[AuditEntry]:
    """The entries about changes past the product, oldest first."""
    with tenant_scope(actor.organisation):
        rows = AuditEntry.objects.for_organisation(actor.organisation)
        return list(rows.filter(action="data.changed_directly").order_by("id"))


def told_anew(actor: Actor) -> list[AuditEntry]:
    """What the next look finds."""
    before = len(told(actor))
    report_direct_changes()
    return told(actor)[before:]


def on_the_console(statement: str, *values: Any) -> None:
    """Do what whoever keeps the database can do with psql."""
    with psycopg.connect(admin_url(database=connection.settings_dict["NAME"])) as server:
        server.execute(statement, values)


def key_of(actor: Actor) -> ApiKey:
    return create_api_key(actor=actor, name="Ward", scopes=[Permission.USE_ASSISTANTS]).key


def test_an_action_leaves_an_event_that_says_who(alice: Actor, bob: Actor) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role="builder")
    event = events(alice, MembershipEvent)[-1]
    assert (event.pgh_label, event.role, event.user) == ("update", "builder", bob.user_id)
    assert event.pgh_context == {"user": alice.user_id}


def test_a_request_by_key_says_which_key_and_which_request(alice: Actor, bob: Actor) -> None:
    address = f"/api/v1/organisation/members/{membership_id(bob)}"
    api_client_for(alice).patch(address, {"role": "builder"}, HTTP_X_REQUEST_ID="req_ward")
    (key,) = {event.id for event in events(alice, ApiKeyEvent)}
    context = events(alice, MembershipEvent)[-1].pgh_context
    assert context == {"user": alice.user_id, "api_key": key, "request": "req_ward"}


def test_everything_that_says_who_may_do_what_leaves_events(alice: Actor, bob: Actor) -> None:
    role = create_custom_role(actor=alice, name="Reader", permissions=[Permission.USE_ASSISTANTS])
    group = create_group(actor=alice, name="Harbour")
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=[membership_id(bob)])
    patch_policy(actor=alice, patch={"joining": {"mfa_required": False, "domains": ["example.org"]}})
    change_member_role(actor=alice, membership_id=membership_id(bob), role=role.public_id)
    revoke_api_key(actor=alice, key_id=key_of(alice).public_id)
    with tenant_scope(alice.organisation, author=alice.authorship):
        place = Membership.objects.for_organisation(alice.organisation).get(user=bob.user)
        Grant.objects.create(
            organisation=alice.organisation, resource_id="asst_1", membership=place, level=Level.EDIT
        )
    remove_member(actor=alice, membership_id=membership_id(bob))
    labels = {model: [event.pgh_label for event in events(alice, model)] for model in EVENT_MODELS}
    assert labels == {
        MembershipEvent: ["insert", "insert", "update", "delete"],
        CustomRoleEvent: ["insert"],
        GroupMembershipEvent: ["insert", "delete"],
        GrantEvent: ["insert", "delete"],
        PolicyEvent: ["insert"],
        ApiKeyEvent: ["insert", "update"],
    }


def test_what_the_product_does_is_never_told_as_done_past_it(alice: Actor, bob: Actor) -> None:
    assert [entry.after for entry in told_anew(alice)] == [  # the fixture puts Bob in without an action
        {**told(alice)[0].after, "user": bob.user_id}  # type: ignore[dict-item]
    ]
    change_member_role(actor=alice, membership_id=membership_id(bob), role="builder")
    remove_member(actor=alice, membership_id=membership_id(bob))
    make_user("dora@example.org")
    assert report_direct_changes() == 0


def test_who_joins_is_named(alice: Actor, invite: Invite) -> None:
    dora = make_actor(make_user("dora@example.org"))
    accept_invitation(actor=dora, token=token_of(invite("dora@example.org")))
    event = events(alice, MembershipEvent)[-1]
    assert (event.user, event.pgh_context) == (dora.user_id, {"user": dora.user_id})


def test_the_page_of_the_audit_log_says_it_in_words(alice: Actor, bob: Actor) -> None:
    (entry,) = told_anew(alice)
    page = client_for(alice).get(reverse("organisations:audit_entry", args=[entry.public_id]))
    shown = page.content.decode()
    assert "Changed data directly, past the product" in shown
    assert "Added" in shown
    assert "bob@example.org" in shown


def test_a_statement_on_the_console_gets_its_line_in_the_chain(alice: Actor, bob: Actor) -> None:
    report_direct_changes()
    on_the_console("UPDATE organisations_membership SET role = 'owner' WHERE user_id = %s", bob.user_id)
    mine = [event for event in events(alice, MembershipEvent) if event.user == bob.user_id]
    assert mine[-1].pgh_context is None
    (entry,) = told_anew(alice)
    assert (entry.actor_label, entry.target_type, entry.target_id) == (
        "database",
        "membership",
        membership_id(bob),
    )
    assert (entry.target_label, entry.before, entry.after) == (
        "bob@example.org",
        {"role": "member"},
        {"role": "owner"},
    )
    seal_audit_log(organisation_id=alice.organisation.pk)
    verdict = verify_chain(alice.organisation)
    assert (verdict.problems, verdict.waiting) == ([], 0)


def test_an_event_is_told_once(alice: Actor, bob: Actor) -> None:
    assert len(told_anew(alice)) == 1
    assert told_anew(alice) == []


def test_the_look_twice_an_hour_tells_of_it(
    alice: Actor, bob: Actor, run_jobs: Callable[[], list[str]]
) -> None:
    run_jobs()
    seal_every_audit_log()
    assert len(told(alice)) == 1
    assert "organisations.seal_audit_log" in run_jobs()
    assert verify_chain(alice.organisation).waiting == 0


def test_an_actor_is_not_remembered_for_the_next_transaction(alice: Actor, bob: Actor) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role="builder")
    report_direct_changes()
    with tenant_scope(alice.organisation):
        Membership.objects.for_organisation(alice.organisation).filter(user=bob.user).update(role=Role.MEMBER)
    (entry,) = told_anew(alice)
    assert (entry.before, entry.after) == ({"role": "builder"}, {"role": "member"})


def test_an_inner_scope_acts_in_the_name_of_the_outer_one(alice: Actor, bob: Actor) -> None:
    author = alice.authorship
    with tenant_scope(alice.organisation, author=author):
        with tenant_scope(alice.organisation, author='{"user": 0}'):
            pass
        with across_organisations(reason="try"):
            Membership.unscoped.filter(user=bob.user, organisation=alice.organisation).update(
                role=Role.BUILDER
            )
    assert events(alice, MembershipEvent)[-1].pgh_context == {"user": alice.user_id}


def test_bulk_statements_leave_an_event_a_row(alice: Actor, bob: Actor) -> None:
    report_direct_changes()
    rows = [
        Grant(
            organisation=alice.organisation,
            resource_id=f"asst_{number}",
            membership_id=alice.membership_id,
            level=Level.USE,
        )
        for number in range(3)
    ]
    with tenant_scope(alice.organisation):
        Grant.objects.bulk_create(rows)
        mine = Grant.objects.for_organisation(alice.organisation)
        mine.update(level=Level.OWN)
        mine.delete()
    made = events(alice, GrantEvent)
    assert sorted(event.pgh_label for event in made) == ["delete"] * 3 + ["insert"] * 3 + ["update"] * 3
    lines = told_anew(alice)
    changes = {
        (
            entry.detail["operation"],
            entry.before and entry.before["level"],
            entry.after and entry.after["level"],
        )
        for entry in lines
    }
    assert changes == {("insert", None, "use"), ("update", "use", "own"), ("delete", "own", None)}
    assert len(lines) == 9


def test_rows_that_are_copied_in_leave_events(alice: Actor) -> None:
    with across_organisations(reason="row security lets nobody else copy"), connection.cursor() as cursor:
        columns = "organisation_id, public_id, resource_type, resource_id, membership_id, level, created_at"
        with cursor.copy(f"COPY organisations_grant ({columns}) FROM STDIN") as copy:
            copy.write_row(
                (
                    alice.organisation.pk,
                    "grt_1",
                    "assistant",
                    "asst_1",
                    alice.membership_id,
                    "use",
                    timezone.now(),
                )
            )
    assert [event.resource_id for event in events(alice, GrantEvent)] == ["asst_1"]


def test_events_hold_no_secret_and_a_last_use_makes_none(alice: Actor) -> None:
    key = key_of(alice)
    with tenant_scope(alice.organisation):
        row = ApiKey.objects.for_organisation(alice.organisation)
        row.update(last_used_at=timezone.now() + timedelta(hours=1))
    (event,) = events(alice, ApiKeyEvent)
    assert {"key_hash", "last_used_at"}.isdisjoint(field.name for field in ApiKeyEvent._meta.fields)
    with tenant_scope(alice.organisation), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM organisations_apikeyevent e")
        (text,) = cursor.fetchone()
    assert key.key_hash not in text
    assert (event.public_id, event.prefix) == (key.public_id, key.prefix)


def test_a_key_whose_secret_was_swapped_is_told_of_without_it(alice: Actor) -> None:
    key = key_of(alice)
    on_the_console("UPDATE organisations_apikey SET key_hash = %s", "f" * 64)
    (entry,) = told_anew(alice)
    assert (entry.target_id, entry.before, entry.after) == (key.public_id, {}, {})
    assert entry.detail["fields"] == ["secret"]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
@pytest.mark.parametrize("statement", ["UPDATE {} SET organisation_id = 0", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("powerful", [False, True], ids=["own organisation", "across organisations"])
def test_the_history_only_grows(
    furnished: Actor, model: type[models.Model], statement: str, powerful: bool
) -> None:
    scope = across_organisations(reason="try") if powerful else tenant_scope(furnished.organisation)
    refused = pytest.raises(DatabaseError, match=r"append-only|permission denied")
    with refused, scope, connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
@pytest.mark.parametrize("manager", [True, False], ids=["manager", "no manager"])
def test_another_organisation_sees_nothing(
    furnished: Actor, charlie: Actor, monkeypatch: pytest.MonkeyPatch, model: Any, manager: bool
) -> None:
    if not manager:
        everything = lambda self, _organisation: self.model.unscoped.all()  # noqa: E731
        monkeypatch.setattr(tenancy.TenantManager, "for_organisation", everything)
    with tenant_scope(furnished.organisation):
        assert model.objects.for_organisation(furnished.organisation).exists()
    with tenant_scope(charlie.organisation):
        seen = model.objects.for_organisation(charlie.organisation)
        assert not seen.filter(organisation=furnished.organisation).exists()
    assert not model.unscoped.exists()


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_nobody_writes_another_organisations_history(furnished: Actor, charlie: Actor, model: Any) -> None:
    with tenant_scope(furnished.organisation):
        row = model.objects.for_organisation(furnished.organisation).first()
    row.pk, row._state.adding = None, True
    if isinstance(row, DirectChange):
        row.event_id += 1_000_000
    with pytest.raises(DatabaseError, match="row-level security"), tenant_scope(charlie.organisation):
        row.save(force_insert=True)


def test_no_setting_of_a_session_switches_the_history_off(alice: Actor, bob: Actor) -> None:
    with connection.cursor() as cursor, tenant_scope(alice.organisation):
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM pg_trigger"
            " WHERE tgrelid = 'organisations_membership'::regclass AND tgname LIKE 'pgtrigger%'"
        )
        Membership.objects.for_organisation(alice.organisation).filter(user=bob.user).update(role=Role.ADMIN)
    assert events(alice, MembershipEvent)[-1].role == "admin"


def test_an_organisation_that_goes_leaves_the_history_of_its_end() -> None:
    user = make_user("erin@example.org")
    with across_organisations(reason="see and delete"):
        place = Membership.unscoped.get(user=user)
        organisation, key = place.organisation, place.organisation_id
        organisation.delete()
    with across_organisations(reason="look"):
        left = MembershipEvent.unscoped.filter(organisation_id=key).order_by("pgh_id")
        assert [event.pgh_label for event in left] == ["insert", "delete"]
    assert report_direct_changes() == 0


def test_the_librarys_own_tables_are_not_there() -> None:
    with nullcontext(connection.cursor()) as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'pghistory%'")
        assert cursor.fetchone() == (0,)


@pytest.fixture
def furnished(alice: Actor, bob: Actor) -> Actor:
    """Alice, whose organisation has an event of everything, and one that was told of."""
    create_custom_role(actor=alice, name="Reader", permissions=[Permission.USE_ASSISTANTS])
    group = create_group(actor=alice, name="Harbour")
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=[membership_id(bob)])
    patch_policy(actor=alice, patch={"joining": {"domains": ["example.org"]}})
    key_of(alice)
    with tenant_scope(alice.organisation, author=alice.authorship):
        Grant.objects.create(
            organisation=alice.organisation,
            resource_id="asst_1",
            membership_id=alice.membership_id,
            level=Level.EDIT,
        )
    report_direct_changes()
    return alice
