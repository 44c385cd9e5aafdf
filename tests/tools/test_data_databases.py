"""Databases that an administrator registered: which are taken, what may be asked of them, and by whom."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache

from assistants.actions.calling.gate import gate, reason_to_ask
from assistants.actions.models import ActionCall
from assistants.tools.actions.add_database import add_database
from assistants.tools.actions.delete_database import delete_database
from assistants.tools.actions.try_database import try_database
from assistants.tools.actions.update_database import update_database
from assistants.tools.databases.errors import (
    DatabaseGone,
    DatabaseSignInFailed,
    DatabaseUnreachable,
    FunctionRefused,
    RoleMayWrite,
    SeveralStatements,
    StatementFailed,
    StatementRefused,
    StatementTooSlow,
)
from assistants.tools.databases.probing import SchemaMissing
from assistants.tools.databases.registered import reach_of
from assistants.tools.databases.session import asked
from assistants.tools.databases.statements import Unreadable, called_functions
from assistants.tools.databases.tool import QUERY_DATABASE, DatabaseTool
from assistants.tools.models import Database
from assistants.turns.plan import AssistantPlan
from assistants.turns.tools import Toolbox, ToolResult
from assistants.turns.trust import Trust
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.ports import ToolCall
from tests.factories.turns import turn_context
from tests.fakes.postgres_door import Door, postgres_door

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def opened(django_db_setup: None) -> Iterator[Door]:
    with postgres_door() as door:
        yield door


@pytest.fixture
def door(opened: Door, settings: Any) -> Door:
    settings.EGRESS_ALLOW = opened.allow
    cache.clear()
    return opened


@pytest.fixture
def shop(alice: Actor, door: Door) -> Database:
    return add_database(actor=alice, **door.fields())  # type: ignore[arg-type]


def plan_of(actor: Actor, assistant: str = "asst_1") -> AssistantPlan:
    capabilities = frozenset({"query_database"})
    return AssistantPlan(assistant, "Harbour", actor.organisation.pk, "", "quote", capabilities=capabilities)


def tool_for(actor: Actor, plan: AssistantPlan) -> DatabaseTool | None:
    made: DatabaseTool | None = QUERY_DATABASE.make(turn_context(plan, actor))
    return made


@pytest.fixture
def ask(alice: Actor, shop: Database) -> Callable[..., ToolResult]:
    tool = tool_for(alice, plan_of(alice))
    assert tool is not None
    return lambda sql=None, **arguments: asyncio.run(tool.run({"sql": sql, **arguments}))


def test_rows_come_as_text_table_chart_and_file(ask: Callable[..., ToolResult]) -> None:
    result = ask(
        "SELECT paid, count(*) AS orders, sum(total) AS total FROM orders GROUP BY 1 ORDER BY 1;",
        title="Paid",
        chart={"kind": "bar", "x": "paid", "y": ["orders"]},
    )

    assert "False | 1500 | 3375000" in result.content.replace(".0", "")
    assert result.untrusted
    assert [c["kind"] for c in result.detail["table"]["columns"]] == ["boolean", "number", "number"]
    assert result.detail["chart"]["labels"] == ["False", "True"]
    assert result.detail["files"][0]["name"] == "Paid.csv"


def test_the_schema_shows_what_the_role_may_read_and_nothing_else(ask: Callable[..., ToolResult]) -> None:
    said = ask().content

    assert "public.customers(id integer*, name text, joined date, payload bytea)" in said
    assert "customer integer -> public.customers" in said
    assert "salaries" not in said


def test_rows_beyond_the_cap_are_not_read(ask: Callable[..., ToolResult]) -> None:
    result = ask("SELECT id FROM orders")
    assert result.summary == "Shop: More than 1000 rows"
    assert len(result.detail["table"]["rows"]) == 1000


REFUSED: list[tuple[str, type[Exception]]] = [
    ("DROP TABLE orders", StatementRefused),
    ("UPDATE orders SET total = 0", StatementRefused),
    ("COPY orders TO '/tmp/out'", StatementRefused),
    ("COPY (SELECT 1) TO PROGRAM 'id'", StatementRefused),
    ("SET statement_timeout = 0", StatementRefused),
    ("DO $$ BEGIN PERFORM 1; END $$", StatementRefused),
    ("COMMIT", StatementRefused),
    ("EXPLAIN ANALYZE SELECT 1", StatementRefused),
    ("SELECT 1; DROP TABLE orders", SeveralStatements),
    ("SELECT 1; COMMIT; UPDATE orders SET total = 0", SeveralStatements),
    ("WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone", StatementRefused),
    ("SELECT * FROM orders FOR UPDATE", StatementRefused),
    ("SELECT amount FROM salaries", StatementRefused),
    ("SELECT no_such_column FROM orders", StatementFailed),
    ("SELECT * FROM pg_read_file('/etc/passwd')", FunctionRefused),
    ("SELECT pg_catalog . pg_read_file /* so */ ('/etc/passwd')", FunctionRefused),
    ("SELECT \"pg_read_binary_file\"('/etc/passwd')", FunctionRefused),
    ("SELECT PG_SLEEP(1)", FunctionRefused),
    ("SELECT pg_sleep -- so\n (1)", FunctionRefused),
    ("SELECT * FROM pg_ls_dir('.')", FunctionRefused),
    ("SELECT lo_import('/etc/passwd')", FunctionRefused),
    ("SELECT * FROM dblink('host=evil.example', 'SELECT 1') AS t(a int)", FunctionRefused),
    ("SELECT set_config('statement_timeout', '0', false)", FunctionRefused),
    ("SELECT query_to_xml('SELECT pg_sleep(9)', true, true, '')", FunctionRefused),
    ("SELECT nextval('numbers')", FunctionRefused),
    ("SELECT rename_all()", FunctionRefused),
    ("SELECT pg_advisory_lock(1)", FunctionRefused),
    ("SELECT pg_notify('a', 'b')", FunctionRefused),
    ('SELECT U&"pg\\005fsleep"(1)', StatementRefused),
    ("SELECT 'without an end", StatementRefused),
]


def test_everything_else_than_reading_is_refused(shop: Database, door: Door) -> None:
    reach = reach_of(shop)

    async def all_of_them() -> list[tuple[str, type[Exception]]]:
        return [(sql, await _raised(reach, sql)) for sql, _expected in REFUSED]

    assert asyncio.run(all_of_them()) == REFUSED
    found = asyncio.run(asked(reach, "SELECT sum(total) FROM orders"))
    assert found.rows == ((6752250,),)


async def _raised(reach: Any, sql: str) -> type[Exception]:
    try:
        await asked(reach, sql)
    except Exception as error:
        return type(error)
    return type(None)  # type: ignore[return-value]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT doubled(id), lower(name), random() FROM customers WHERE name <> 'pg_sleep(1); --' LIMIT 3",
        "WITH a AS (SELECT 1 AS n) SELECT * FROM a",
        "VALUES (1), (2)",
        "(SELECT 1) UNION SELECT 2",
    ],
)
def test_what_only_reads_and_calculates_is_answered(sql: str, shop: Database) -> None:
    assert asyncio.run(asked(reach_of(shop), sql)).rows


def test_a_statement_over_its_time_is_stopped(shop: Database) -> None:
    reach = replace(reach_of(shop), seconds=1)
    started = time.monotonic()
    with pytest.raises(StatementTooSlow):
        asyncio.run(asked(reach, "SELECT count(*) FROM orders a, orders b, orders c"))
    assert time.monotonic() - started < 20


def test_names_before_brackets_are_found_in_any_spelling() -> None:
    sql = """SELECT a('x(') , "B c" ( e'\\'f(' ), $t$ g( $t$ -- h(
        /* i( /* j( */ */ , K.l\t(1), m"""
    assert called_functions(sql) == {"a", "B c", "l"}
    with pytest.raises(Unreadable):
        called_functions("SELECT /* no end")


# --- registering


def test_a_role_that_may_write_is_not_registered(alice: Actor, door: Door) -> None:
    with pytest.raises(RoleMayWrite) as refused:
        add_database(actor=alice, **door.fields(user=door.writer))  # type: ignore[arg-type]
    assert "it may change public.orders" in refused.value.message
    with tenant_scope(alice.organisation):
        assert not Database.objects.for_organisation(alice.organisation).exists()


def test_nor_is_a_superuser_nor_who_may_become_one(alice: Actor, door: Door) -> None:
    for grant, told in (
        ("ALTER ROLE {} CREATEROLE", "it may make roles"),
        ("GRANT pg_read_server_files TO {}", "pg_read_server_files"),
        ("ALTER ROLE {} SUPERUSER", "superuser"),
    ):
        door.run(grant.format(door.reader))
        try:
            with pytest.raises(RoleMayWrite) as refused:
                add_database(actor=alice, **door.fields())  # type: ignore[arg-type]
        finally:
            door.run(
                f"ALTER ROLE {door.reader} NOSUPERUSER NOCREATEROLE; REVOKE pg_read_server_files FROM {door.reader}"
            )
        assert told in refused.value.message


def test_a_role_that_was_given_more_later_is_seen(
    alice: Actor, shop: Database, door: Door, ask: Callable[..., ToolResult]
) -> None:
    door.run(f"GRANT INSERT ON public.customers TO {door.reader}")
    try:
        row, said = try_database(actor=alice, database_id=shop.public_id)
        with pytest.raises(RoleMayWrite):
            ask("SELECT 1")
    finally:
        door.run(f"REVOKE INSERT ON public.customers FROM {door.reader}")
    assert row.failure == "role_may_write"
    assert "public.customers" in said


def test_a_database_that_is_not_reached_is_not_registered(alice: Actor, door: Door, settings: Any) -> None:
    with pytest.raises(DatabaseSignInFailed):
        add_database(actor=alice, **door.fields(user="nobody_here"))  # type: ignore[arg-type]
    with pytest.raises(SchemaMissing):
        add_database(actor=alice, **door.fields(schemas=["public", "elsewhere"]))  # type: ignore[arg-type]
    settings.EGRESS_ALLOW = ["127.0.0.1:9"]
    with pytest.raises(DatabaseUnreachable):
        add_database(actor=alice, **door.fields(port=9))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "localhost", "[::1]", "db.internal"]
)
def test_no_private_address_is_called(host: str, alice: Actor, door: Door, settings: Any) -> None:
    settings.EGRESS_ALLOW = []
    before = len(door.calls)
    with pytest.raises(InvalidInput) as refused:
        add_database(actor=alice, **door.fields(host=host, sslmode="require"))  # type: ignore[arg-type]
    assert refused.value.errors[0].field == "host"
    assert len(door.calls) == before


def test_a_name_that_leads_to_a_private_address_is_not_dialled(
    alice: Actor, door: Door, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EGRESS_ALLOW = []
    monkeypatch.setattr("kernel.egress.resolving._by_system", lambda target: [door.host])
    before = len(door.calls)
    with pytest.raises(DatabaseUnreachable):
        add_database(actor=alice, **door.fields(host="db.example.org", sslmode="require"))  # type: ignore[arg-type]
    assert len(door.calls) == before


def test_nothing_goes_without_tls_where_the_operator_did_not_allow_it(alice: Actor, door: Door) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_database(actor=alice, **door.fields(host="db.example.org"))  # type: ignore[arg-type]
    assert refused.value.errors[0].field == "sslmode"


def test_only_administrators_register(bob: Actor, door: Door) -> None:
    with pytest.raises(PermissionDenied):
        add_database(actor=bob, **door.fields())  # type: ignore[arg-type]


def test_the_password_is_sealed_and_goes_to_no_other_host(alice: Actor, door: Door, settings: Any) -> None:
    row = add_database(actor=alice, password="hunter2-canary", **door.fields())  # type: ignore[arg-type]
    assert "hunter2" not in row.password_encrypted
    assert reach_of(row).password == "hunter2-canary"
    with pytest.raises(InvalidInput) as refused:
        update_database(actor=alice, database_id=row.public_id, host="evil.example.org")
    assert refused.value.errors[0].field == "password"


def test_a_changed_limit_needs_no_call_and_a_removed_one_is_gone(
    alice: Actor, shop: Database, door: Door
) -> None:
    before = len(door.calls)
    changed = update_database(actor=alice, database_id=shop.public_id, most_rows=5, name="Shop two")
    assert (changed.most_rows, changed.name, len(door.calls)) == (5, "Shop two", before)
    delete_database(actor=alice, database_id=shop.public_id)
    with pytest.raises(NotFound):
        try_database(actor=alice, database_id=shop.public_id)


def test_an_outsider_and_a_missing_id_get_the_same_answer(charlie: Actor, shop: Database) -> None:
    for database_id in (shop.public_id, "db_missing"):
        with pytest.raises(NotFound):
            delete_database(actor=charlie, database_id=database_id)


# --- who may ask


def test_only_assistants_that_were_named_ask_where_some_are(alice: Actor, shop: Database) -> None:
    update_database(actor=alice, database_id=shop.public_id, assistants=["asst_1"])
    assert tool_for(alice, plan_of(alice, "asst_1"))
    assert tool_for(alice, plan_of(alice, "asst_2")) is None


def test_people_of_other_organisations_ask_only_through_a_named_assistant(
    alice: Actor, charlie: Actor, shop: Database
) -> None:
    assert tool_for(charlie, plan_of(alice)) is None
    assert tool_for(charlie, plan_of(charlie)) is None  # of theirs, there is none
    update_database(actor=alice, database_id=shop.public_id, assistants=["asst_1"])
    assert tool_for(charlie, plan_of(alice))


def test_one_that_is_taken_away_while_a_turn_runs_is_not_asked(alice: Actor, shop: Database) -> None:
    tool = tool_for(alice, plan_of(alice))
    assert tool is not None
    delete_database(actor=alice, database_id=shop.public_id)
    with pytest.raises(DatabaseGone):
        asyncio.run(tool.run({"sql": "SELECT 1"}))


def test_a_call_is_written_down_with_who_asked(alice: Actor, shop: Database) -> None:
    context = turn_context(plan_of(alice), alice)
    tool = QUERY_DATABASE.make(context)
    box = Toolbox([tool], context=context, gate=gate)

    async def call() -> Any:
        return await box.run(
            await box.prepare(ToolCall("c1", "query_database", '{"sql": "SELECT 1 AS one"}'))
        )

    finished = asyncio.run(call())
    assert finished.result.ok, finished.result.content
    assert context.trust.tainted
    with tenant_scope(alice.organisation):
        row = ActionCall.objects.for_organisation(alice.organisation).get()
    assert (row.user_id, row.host, row.action_name) == (alice.user.pk, "127.0.0.1", "Shop")


def test_in_a_tainted_turn_only_people_of_the_house_ask_without_a_word(
    alice: Actor, charlie: Actor, shop: Database
) -> None:
    update_database(actor=alice, database_id=shop.public_id, assistants=["asst_1"])
    reasons = []
    for actor in (alice, charlie):
        tool = tool_for(actor, plan_of(alice))
        assert tool is not None
        intention = asyncio.run(tool.intend({"sql": "SELECT 'what they said'"}))
        trusts = [Trust(True, ("Hello",), hosts) for hosts in (set(), {intention.host})]
        reasons += [reason_to_ask(trust, intention, []) for trust in trusts]
    assert reasons == ["taint", None, "taint", "taint"]
