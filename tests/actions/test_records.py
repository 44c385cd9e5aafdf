"""What was called is written down once, can be read by whom it concerns, and is forgotten when it is time."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.utils import timezone

from assistants.actions.actions.purge_calls import purge_calls
from assistants.actions.calling.gate import gate
from assistants.actions.calling.recording import Made, record_call
from assistants.actions.metrics_of import RESTING, families
from assistants.actions.models import Action, ActionCall, AlwaysAllow
from assistants.actions.personal_data import HOLDER
from assistants.actions.records import CallFilter, each_call, figures_of, read_filter, visible_calls
from assistants.building.actions.publish import publish
from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.tools import Intention, ToolResult, TurnContext
from assistants.turns.trust import Trust
from kernel.errors import InvalidInput
from kernel.pagination import paginate
from kernel.redis import sync_redis
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.models import AuditEntry
from providers.ports import ToolCall
from tests.actions.test_calling import PATHS, Tasks
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_client_for, api_key_for, client_for
from tests.harness.database import gather_statistics

pytestmark = pytest.mark.django_db(transaction=True)
ANSWERED, FAILED = ActionCall.Outcome.ANSWERED, ActionCall.Outcome.FAILED
COLUMNS = (
    "user_id, api_key_id, turn_id, surface, assistant_id, assistant_name, version_id, creator_organisation_id, action_id,"
    " action_name, operation, method, arguments, outcome, status, error_code, tainted, confirmation_id, connection_id,"
    " bytes_sent, bytes_received, milliseconds, organisation_id"
)


def call(actor: Actor, made: Made | None = None, **changes: Any) -> ActionCall:
    """Write a call down as the room does."""
    told = {
        "action": "act_tasks",
        "action_name": "Tasks",
        "operation": "listTasks",
        "label": "List tasks",
        "host": "api.tasks.example",
        "method": "GET",
        "url": "https://api.tasks.example/tasks",
        "arguments": {"owner": "Ada", "api_key": "s3cret"},
        "schema": {},
    }
    creator = changes.pop("creator", actor.organisation.pk)
    plan = AssistantPlan(changes.pop("assistant", "asst_ada"), "Ada", creator, system_prompt="", model_id="")
    context = TurnContext("turn_1", "", actor, plan, "chat", Sources(), Trust(), can_wait=False)
    record_call(context, Intention(**told | changes), made or Made(ANSWERED, status=200, milliseconds=40))
    return calls_of(actor)[-1]


def calls_of(actor: Actor) -> list[ActionCall]:
    with tenant_scope(actor.organisation):
        rows = ActionCall.objects.for_organisation(actor.organisation).select_related("user")
        return list(rows.order_by("id"))


def found(actor: Actor, **wanted: str) -> list[str]:
    with tenant_scope(actor.organisation):
        return [one.operation for one in visible_calls(actor, read_filter(wanted))]


def copied(actor: Actor, count: int, step: str, start: str = "0 days") -> None:
    """Copies of the first call, each a step older than the one before."""
    with tenant_scope(actor.organisation, durable=True), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO actions_actioncall (public_id, host, created_at, {COLUMNS})"
            f" SELECT 'acall_' || n, 'h' || n %% 50 || '.example', now() - %s::interval - n * %s::interval, {COLUMNS}"
            " FROM (SELECT * FROM actions_actioncall ORDER BY id LIMIT 1) AS one, generate_series(1, %s) AS n",
            [start, step, count],
        )


class TestReading:
    def test_people_read_their_own_and_administrators_all(
        self, alice: Actor, bob: Actor, charlie: Actor
    ) -> None:
        mine, his = call(alice, operation="mine"), call(bob, operation="his")
        call(charlie, operation="foreign")
        assert found(bob) == ["his"] and found(alice) == ["his", "mine"]
        assert api_client_for(bob).get(f"/api/v1/action-calls/{mine.public_id}").status_code == 404
        assert api_client_for(bob).get("/api/v1/action-calls/acall_none").status_code == 404
        assert api_client_for(charlie).get(f"/api/v1/action-calls/{his.public_id}").status_code == 404
        seen = api_client_for(alice).get(f"/api/v1/action-calls/{his.public_id}").json()
        assert (seen["person"], seen["host"], seen["outcome"], seen["status"]) == (
            bob.user.public_id if bob.user else None,
            "api.tasks.example",
            "answered",
            200,
        )
        assert seen["arguments"] == {"owner": "Ada", "api_key": "•••"}

    def test_filters_narrow_it(self, alice: Actor, bob: Actor) -> None:
        call(alice, operation="one", host="a.example", assistant="asst_one")
        call(bob, Made(FAILED, error_code="call_timed_out"), operation="two", host="b.example")
        assert found(alice, host="a.example") == found(alice, assistant="asst_one") == ["one"]
        assert found(alice, outcome="failed") == found(alice, person="bob@example.org") == ["two"]
        assert found(alice, **{"from": "2020-01-01", "to": "2020-01-02"}) == []
        assert found(alice, **{"from": f"{timezone.now() - timedelta(days=1):%Y-%m-%d}"}) == ["two", "one"]
        with pytest.raises(InvalidInput):
            read_filter({"outcome": "lost"})
        client = api_client_for(alice)
        assert client.get("/api/v1/action-calls?from=yesterday").status_code == 400
        page = client.get("/api/v1/action-calls?limit=1").json()
        assert [one["operation"] for one in page["results"]] == ["two"]
        after = client.get(f"/api/v1/action-calls?limit=1&cursor={page['next']}").json()
        assert [one["operation"] for one in after["results"]] == ["one"]

    def test_the_pages_show_them(self, alice: Actor, bob: Actor) -> None:
        call(bob, arguments={"note": "<b>bold</b>"})
        row = call(alice)
        everybody = client_for(alice).get("/organisation/calls/").content.decode()
        assert "bob@example.org" in everybody and "api.tasks.example" in everybody
        assert client_for(bob).get("/organisation/calls/").status_code == 403
        own = client_for(bob).get("/calls/").content.decode()
        assert "listTasks" in own and "alice@example.org" not in own
        assert client_for(bob).get(f"/calls/{row.public_id}").status_code == 404
        (his,) = [one for one in calls_of(bob) if one.user_id == bob.user_id]
        shown = client_for(alice).get(f"/calls/{his.public_id}").content.decode()
        assert "&lt;b&gt;bold" in shown and "<b>bold" not in shown

    def test_a_file_holds_all_of_them_and_no_formula(self, alice: Actor, bob: Actor) -> None:
        call(alice, operation="=HYPERLINK(1)")
        answer = client_for(alice).post("/organisation/calls/export", {"host": "api.tasks.example"})
        text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type] # a stream
        (row,) = csv.DictReader(io.StringIO(text))
        assert (row["operation"], row["person"]) == ("'=HYPERLINK(1)", "alice@example.org")
        with tenant_scope(alice.organisation):
            entry = AuditEntry.objects.for_organisation(alice.organisation).latest("id")
        assert (entry.action, entry.detail["filters"]) == (
            "action_calls.exported",
            {"host": "api.tasks.example"},
        )
        assert client_for(bob).post("/organisation/calls/export", {}).status_code == 403

    def test_chunks_of_a_file_hold_each_row_once(self, alice: Actor) -> None:
        call(alice)
        copied(alice, 2100, "1 second")
        chunks = list(each_call(alice, CallFilter()))
        assert [len(chunk) for chunk in chunks] == [1000, 1000, 101]
        assert len({one.pk for chunk in chunks for one in chunk}) == 2101

    def test_a_long_record_is_paged_at_a_constant_cost(self, alice: Actor) -> None:
        call(alice)
        copied(alice, 3000, "1 second")
        gather_statistics(str(connection.settings_dict["NAME"]), "actions_actioncall")
        with tenant_scope(alice.organisation):
            rows = visible_calls(alice, CallFilter())
            middle = paginate(rows, cursor=paginate(rows, cursor=None, limit=100).next, limit=50)
            assert len(middle.results) == 50
            plan = visible_calls(alice, CallFilter(host="h7.example"))[:50].explain()
        assert "action_call_of_host" in plan or "action_call_recent" in plan


class TestKeeping:
    def test_nobody_changes_or_deletes_a_call(self, alice: Actor) -> None:
        row = call(alice)
        rows = ActionCall.objects.for_organisation(alice.organisation).filter(pk=row.pk)
        for change in ({"host": "other.example"}, {"arguments": {}}, {"user": None, "outcome": "failed"}):
            with pytest.raises(DatabaseError, match="append-only"), tenant_scope(alice.organisation):
                rows.update(**change)
        with pytest.raises(DatabaseError, match="append-only"), tenant_scope(alice.organisation):
            rows.delete()
        assert calls_of(alice)[0].host == "api.tasks.example"

    def test_what_is_old_is_given_away(self, alice: Actor, settings: Any) -> None:
        settings.ACTION_CALL_DAYS = 90
        call(alice)
        copied(alice, 5, "1 day", start="86 days")
        assert purge_calls() == 2
        assert len(calls_of(alice)) == 4

    def test_a_person_is_forgotten_and_the_call_stays(self, alice: Actor, bob: Actor) -> None:
        call(bob)
        assert bob.user_id is not None
        with tenant_scope(bob.organisation):
            AlwaysAllow.objects.create(
                organisation=bob.organisation,
                user=bob.user,
                thread_id="conv_1",
                action_id="act_tasks",
                operation="addTask",
                host="api.tasks.example",
            )
        held = HOLDER.export(bob.user_id)
        assert held["calls"][0]["arguments"]["owner"] == "Ada" and len(held["always_allowed"]) == 1
        HOLDER.erase(bob.user_id)
        (row,) = calls_of(alice)
        assert (row.user_id, row.arguments, row.host) == (None, {}, "api.tasks.example")
        assert not any(HOLDER.export(bob.user_id).values())


class TestFigures:
    def test_creators_see_counts_of_everybody_and_nothing_else(self, alice: Actor, charlie: Actor) -> None:
        action = Action(organisation=alice.organisation, public_id="act_tasks")
        own = alice.organisation.pk
        call(charlie, creator=own)
        call(charlie, Made(FAILED, milliseconds=80), creator=own)
        call(charlie, Made(ANSWERED, status=500, milliseconds=60), creator=own)
        call(charlie, Made(ActionCall.Outcome.DENIED), operation="addTask", creator=own)
        call(charlie, creator=charlie.organisation.pk)  # somebody who only says that it is the same action
        with tenant_scope(alice.organisation):
            listed, added = figures_of(action)
        assert (listed.operation, listed.calls, listed.failed, listed.milliseconds) == ("listTasks", 3, 2, 60)
        assert round(listed.failure_rate, 2) == 0.67
        assert (added.operation, added.calls, added.denied) == ("addTask", 0, 1)

    def test_they_stand_on_the_page_of_the_action(self, alice: Actor, charlie: Actor) -> None:
        assistant = make_assistant(alice, "Ada")
        action = make_action(alice, assistant, document_of("https://api.tasks.example", PATHS))
        call(charlie, action=action.public_id, creator=alice.organisation.pk)
        address = f"/build/{assistant.public_id}/actions/{action.public_id}"
        page = client_for(alice).get(address).content.decode()
        assert "How it does" in page and "charlie@example.org" not in page

    def test_the_operator_sees_outcomes_and_how_long_calls_took(self, alice: Actor) -> None:
        sync_redis().delete("actions:metrics", RESTING)
        call(alice)
        call(alice, Made(FAILED, milliseconds=700))
        call(alice, Made(ActionCall.Outcome.DENIED))
        sync_redis().zadd(RESTING, {"act_a:a.example": timezone.now().timestamp() + 60, "act_b:b.example": 1})
        numbers = {name: value for family in families() for name, value in family.samples.items()}
        assert numbers['bottega_action_calls_total{outcome="answered"}'] == 1
        assert numbers['bottega_action_call_seconds_bucket{le="0.05"}'] == 1
        assert numbers['bottega_action_call_seconds_bucket{le="+Inf"}'] == 2
        assert numbers["bottega_action_call_seconds_sum"] == 0.74
        assert (numbers["bottega_action_breakers_open"], numbers["bottega_turns_waiting"]) == (1, 0)


@pytest.fixture
def service(settings: Any) -> Iterator[Tasks]:
    made = Tasks()
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, made.url.removeprefix("http://")]
    yield made
    made.stop()


def test_whose_word_a_call_was_made_or_refused_by(
    live_app: LiveApp, model_server: ModelServer, alice: Actor, service: Tasks
) -> None:
    assistant = make_assistant(alice, "Ada", model={"id": "fake/chat"})
    make_action(alice, assistant, document_of(service.url, PATHS))
    publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    asked: dict[str, str] = {}
    with live_app.client(api_key_for(alice)) as api:
        for decision in ("allow", "deny"):
            model_server.answer(tool_calls=[("addTask", {"title": decision})])
            model_server.answer("Done.")
            asked[decision] = _decided(api, make_conversation(alice, assistant).public_id, decision)
    made, refused = calls_of(alice)
    assert (made.outcome, made.confirmation_id) == ("answered", asked["allow"])
    assert (refused.outcome, refused.confirmation_id) == ("denied", asked["deny"])
    with tenant_scope(alice.organisation):
        rows = AuditEntry.objects.for_organisation(alice.organisation).filter(action__startswith="confirm")
        lines = list(rows.order_by("id").values_list("action", "target_id"))
    assert lines == [
        ("confirmation.allowed", asked["allow"]),
        ("confirmation.denied", asked["deny"]),
    ]
    assert [orjson.loads(body) for verb, _path, body in service.asked if verb == "POST"] == [
        {"title": "allow"}
    ]


def _decided(api: httpx2.Client, conversation: str, decision: str) -> str:
    sent = api.post(f"/api/v1/conversations/{conversation}/messages", json={"text": "Put it on my list"})
    message = sent.json()["message"]
    wanted = str(message["requires_action"]["confirmations"][0]["id"])
    api.post(f"/api/v1/turns/{message['turn']}/confirmations/{wanted}", json={"decision": decision})
    with api.stream("GET", f"/api/v1/turns/{message['turn']}/events") as stream:
        stream.read()
    return wanted


async def test_a_page_that_was_fetched_is_on_record(alice: Actor) -> None:
    address = "https://pages.example/opening-hours"
    plan = AssistantPlan(
        "asst_ada",
        "Ada",
        alice.organisation.pk,
        system_prompt="",
        model_id="",
        capabilities=frozenset({"fetch_page"}),
    )
    trust = Trust(typed=(f"Read {address}",))
    context = TurnContext("turn_1", "", alice, plan, "chat", Sources(), trust, can_wait=False)
    arguments = {"url": address}
    page = Intention(
        "fetch_page", "Web page", "fetch_page", "", "pages.example", "GET", address, arguments, {}
    )
    permit = await gate(context, ToolCall("c1", "fetch_page", "{}"), page)
    assert permit.done is not None
    await permit.done(ToolResult("Open all day", untrusted=True), 12)
    (row,) = await sync_to_async(calls_of)(alice)
    assert (row.outcome, row.host, row.arguments, row.milliseconds) == (
        "answered",
        "pages.example",
        arguments,
        12,
    )


def test_rows_of_all_organisations_stay_apart(alice: Actor, charlie: Actor) -> None:
    call(charlie)
    assert calls_of(alice) == []
    with across_organisations(reason="test"):
        assert ActionCall.objects.across_organisations(reason="test").count() == 1
