"""A program that a turn waits for: who is asked to run it, whose result counts, and what is made of it."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx2
import orjson
import pytest
from django.utils import timezone

from assistants.building.actions.publish import publish
from assistants.building.models import Assistant
from assistants.turns.models import Suspension
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for
from tests.fixtures.tasks import PATHS, Tasks, running_tasks

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "print(6 * 7)"
DONE: dict[str, Any] = {"state": "done", "stdout": "42\n", "milliseconds": 12}


@pytest.fixture
def api(live_app: LiveApp, model_server: ModelServer, alice: Actor) -> Iterator[httpx2.Client]:
    with live_app.client(api_key_for(alice)) as client:
        yield client


@pytest.fixture
def assistant(alice: Actor, model_server: ModelServer) -> Assistant:
    made = make_assistant(alice, "Ada", model={"id": "fake/chat"}, capabilities={"run_python": True})
    publish(actor=alice, assistant_id=made.public_id, visibility="organisation")
    return made


class Asked:
    """A question whose answer waits for a program."""

    def __init__(self, api: httpx2.Client, alice: Actor, assistant: Assistant) -> None:
        self.api, self.conversation = api, make_conversation(alice, assistant).public_id
        self.ask()

    def ask(self) -> None:
        url = f"/api/v1/conversations/{self.conversation}/messages"
        response = self.api.post(url, json={"text": "How much?"})
        assert response.status_code == 200, response.text
        self.message = response.json()["message"]

    @property
    def turn(self) -> str:
        return str(self.message["turn"])

    @property
    def wanted(self) -> list[dict[str, Any]]:
        return list(self.message["requires_action"]["computations"])

    def url(self, n: int = 0) -> str:
        return f"/api/v1/turns/{self.turn}/computations/{self.wanted[n]['id']}"

    def give(
        self, answer: dict[str, Any] = DONE, n: int = 0, api: httpx2.Client | None = None
    ) -> httpx2.Response:
        return (api or self.api).post(self.url(n), json=answer)

    def end(self) -> dict[str, Any]:
        """The answer, once it has ended."""
        with self.api.stream("GET", f"/api/v1/turns/{self.turn}/events") as stream:
            last = "".join(stream.iter_text()).strip().split("\n\n")[-1]
        data = next(line for line in last.splitlines() if line.startswith("data: "))
        return dict(orjson.loads(data.removeprefix("data: "))["message"])


def python(code: str = CODE, **more: Any) -> tuple[str, dict[str, Any]]:
    return ("run_python", {"code": code, **more})


def read_by_the_model(model_server: ModelServer) -> str:
    said = model_server.requests[-1].body["messages"]
    return str([one["content"] for one in said if one["role"] == "tool"][-1])


def test_the_turn_waits_for_the_program_and_goes_on_with_its_result_and_files(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.answer(tool_calls=[python()])
    model_server.answer("It is 42.")
    asked = Asked(api, alice, assistant)
    (wanted,) = asked.wanted
    assert (asked.message["state"], wanted["code"], wanted["state"]) == ("requires_action", CODE, "pending")
    assert wanted["limits"]["seconds"] == 30
    made = {"name": "../sums.csv", "data": base64.b64encode(b"a,b\n1,2\n").decode()}
    table = {"title": "Sums", "columns": [{"name": "a", "kind": "number"}], "rows": [[1]], "total": 1}
    given = asked.give(
        DONE | {"files": [made], "tables": [table], "left_out": [{"name": "x", "reason": "size"}]}
    )
    assert given.json()["turn"]["state"] == "streaming", given.text
    message = asked.end()
    assert (message["state"], message["text"]) == ("complete", "It is 42.")
    (call,) = message["tool_calls"]
    assert call["ok"] and call["untrusted"]
    assert call["detail"]["program"]["code"] == CODE
    assert call["detail"]["table"]["rows"] == [[1]]
    (file,) = call["detail"]["files"]
    assert (file["name"], file["size"]) == ("sums.csv", 8)
    told = read_by_the_model(model_server)
    assert "42\n" in told and file["id"] in told and "too large" in told
    # The next turn gives that very file to a program.
    model_server.answer(tool_calls=[python(files=[file["id"]])])
    asked.ask()
    assert asked.wanted[0]["files"][0] | {"size": 0} == {
        "id": file["id"], "name": "sums.csv", "size": 0, "url": f"/files/{file['id']}"
    }  # fmt: skip


def test_a_result_counts_once_and_only_that_of_the_person_who_was_asked(
    api: httpx2.Client,
    alice: Actor,
    bob: Actor,
    charlie: Actor,
    assistant: Assistant,
    model_server: ModelServer,
    live_app: LiveApp,
) -> None:
    model_server.answer(tool_calls=[python(), python("print(1)")])
    asked = Asked(api, alice, assistant)
    for other in (bob, charlie):
        with live_app.client(api_key_for(other)) as client:
            assert asked.give(api=client).status_code == 404
    missing = asked.url().rsplit("/", 1)[0] + "/comp_nothing"
    assert api.post(missing, json=DONE).status_code == 404
    assert asked.give().json()["turn"]["state"] == "requires_action"
    again = asked.give(DONE | {"stdout": "43"})
    assert (again.status_code, again.json()["code"]) == (409, "already_computed")
    model_server.answer("Both.")
    assert asked.give({"state": "stopped"}, 1).json()["turn"]["state"] == "streaming"
    first, second = asked.end()["tool_calls"]
    assert (first["detail"]["output"]["stdout"], first["ok"]) == ("42\n", True)
    assert (second["detail"]["output"]["state"], second["ok"]) == ("stopped", False)
    late = asked.give()
    assert (late.status_code, late.json()["code"]) == (409, "turn_not_waiting")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"state": "splendid"},
        {"__proto__": {"admin": True}, "state": "done"},
        {"constructor": {"prototype": {}}, "state": "done"},
        {"state": "done", "stdout": "x" * 100_001},
        {"state": "done", "stdout": 7},
        {"state": "done", "milliseconds": -1},
        {"state": "done", "files": [{"name": "a", "data": "no base64!"}]},
        {"state": "done", "files": [{"name": "a", "data": "QQ=="}] * 9},
        {"state": "done", "files": [{"name": "a", "data": "QUFB" * 700_000}] * 3},
        {"state": "done", "files": [{"name": "", "data": "QQ=="}]},
        {"state": "done", "tables": [{"title": "", "columns": [], "rows": [], "total": 0}]},
        {"state": "done", "tables": [{"title": "", "columns": [{"name": "a", "kind": "html"}], "rows": [], "total": 0}]},
        {"state": "done", "charts": [{"kind": "pie", "title": "", "labels": [], "series": []}]},
        {"state": "done", "charts": [{"kind": "bar", "title": "", "labels": ["a"], "series": [{"name": "s", "values": ["<b>"]}]}]},
    ],
)  # fmt: skip
def test_what_is_no_result_is_refused_by_field(answer: dict[str, Any]) -> None:
    from assistants.tools.python.answers import read_answer
    from kernel.errors import InvalidInput

    with pytest.raises(InvalidInput) as refused:
        read_answer(answer)
    assert refused.value.errors


def test_a_refused_result_leaves_the_turn_waiting(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.answer(tool_calls=[python()])
    asked = Asked(api, alice, assistant)
    refused = asked.give({"state": "done", "html": "<script>"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "html")
    with tenant_scope(alice.organisation):
        suspension = Suspension.objects.for_organisation(alice.organisation).get()
        assert not suspension.requests[0]["answered"] and "computed" not in (suspension.state or {}).get(
            "x", {}
        )
        suspension.expires_at = timezone.now()
        suspension.save()
    assert asked.give().json()["code"] == "turn_not_waiting"


def test_a_result_is_kept_while_a_confirmation_is_still_waited_for(
    api: httpx2.Client, alice: Actor, model_server: ModelServer, settings: Any
) -> None:
    with running_tasks(settings) as tasks:
        both = _with_tasks(alice, tasks)
        model_server.answer(tool_calls=[python(), ("addTask", {"title": "Call Bob"})])
        model_server.answer("Both done.")
        asked = Asked(api, alice, both)
        assert asked.give().json()["turn"]["state"] == "requires_action"
        (word,) = asked.message["requires_action"]["confirmations"]
        decided = api.post(
            f"/api/v1/turns/{asked.turn}/confirmations/{word['id']}", json={"decision": "allow"}
        )
        assert decided.json()["turn"]["state"] == "streaming"
        first, second = asked.end()["tool_calls"]
        assert first["detail"]["output"]["stdout"] == "42\n" and second["ok"]


def _with_tasks(alice: Actor, tasks: Tasks) -> Assistant:
    made = make_assistant(alice, "Both", model={"id": "fake/chat"}, capabilities={"run_python": True})
    make_action(alice, made, document_of(tasks.url, PATHS))
    publish(actor=alice, assistant_id=made.public_id, visibility="organisation")
    return made


@pytest.mark.parametrize(
    "arguments",
    [{}, {"code": " "}, {"code": 7}, {"code": "1", "files": ["file_other"]}, {"code": "1", "files": "x"}],
)
def test_arguments_that_do_not_work_are_told_to_the_model(
    api: httpx2.Client,
    alice: Actor,
    assistant: Assistant,
    model_server: ModelServer,
    arguments: dict[str, Any],
) -> None:
    model_server.answer(tool_calls=[("run_python", arguments)])
    model_server.answer("I cannot.")
    asked = Asked(api, alice, assistant)
    assert asked.message["state"] == "complete"
    assert not asked.message["tool_calls"][0]["ok"]


def test_where_nobodys_browser_is_the_model_is_told_so_plainly(
    api: httpx2.Client, assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.answer(tool_calls=[python()])
    model_server.answer("I would need a browser.")
    body = {"model": assistant.public_id, "messages": [{"role": "user", "content": "How much?"}]}
    answer = api.post("/v1/chat/completions", json=body)
    assert answer.json()["choices"][0]["message"]["content"] == "I would need a browser."
    assert "there is none here" in read_by_the_model(model_server)


def test_switched_off_it_is_not_offered(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, settings: Any
) -> None:
    settings.PYTHON_SANDBOX = "off"
    model_server.answer("No tools.")
    Asked(api, alice, assistant)
    assert "tools" not in model_server.requests[-1].body
