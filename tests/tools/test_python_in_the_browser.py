"""Programs in a reader's browser, in a real one: what people see of them, and what does not get out."""

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistants.building.actions.publish import publish
from organisations.actors import Actor
from tests.browser.looking import look, watch
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext, Site
from tests.tools.python_escapes import ALL_REFUSED, ENDED, REFUSED

pytestmark = pytest.mark.browser
EMAIL = "noor@example.org"
MB = 1024 * 1024
LIMITS = {
    "seconds": 30, "characters": 20_000, "memory": 256 * MB, "files": 3, "bytes": 100_000, "answer": MB
}  # fmt: skip
SECONDS = 60_000  # milliseconds: an interpreter takes a while to start on a machine that does other things
COMPUTE = """async ([code, limits]) => {
    const { compute } = await import("/static/tools/python.js");
    return compute(code, [], limits, new AbortController().signal);
}"""
# What the document of the sandbox itself may do: each is refused, or leads nowhere.
WALL = """async (port) => {
    const url = `http://127.0.0.1:${port}/`;
    const refused = async (act) => { try { await act(); return false; } catch { return true; } };
    const inWorker = new Promise((resolve) => {
        const text = `fetch("${url}worker").then(() => postMessage(false), () => postMessage(true))`;
        const worker = new Worker(URL.createObjectURL(new Blob([text])));
        worker.onmessage = (event) => resolve(event.data);
    });
    new Image().src = `${url}image`;
    navigator.sendBeacon?.(`${url}beacon`, "x");
    new WebSocket(url.replace("http", "ws")).onopen = () => fetch(url);
    const form = Object.assign(document.createElement("form"), { action: `${url}form` });
    document.documentElement.append(form);
    form.submit();
    const inner = Object.assign(document.createElement("iframe"), { src: `${url}frame` });
    document.documentElement.append(inner);
    return {
        fetch: await refused(() => fetch(url)),
        worker: await inWorker,
        cookies: await refused(() => document.cookie),
        storage: await refused(() => localStorage.length),
        parent: await refused(() => parent.document.body),
        top: await refused(() => { top.location.href = url; }),
        code: await refused(() => eval("1")),
        module: await refused(() => import(`${url}module.js`)),
        window: open(`${url}window`) === null,
        origin: self.origin === "null",
    };
}"""


@pytest.fixture
def noor(site: Site) -> Actor:
    return site.person(EMAIL)


@pytest.fixture
def page(noor: Actor, new_context: NewContext) -> Page:
    page = new_context(person=EMAIL, viewport={"width": 1280, "height": 900}).new_page()
    return page


class Listener:
    """A service on loopback that nobody may reach; `heard` is what it was sent."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port, self.heard = self._socket.getsockname()[1], list[bytes]()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            with connection:
                self.heard.append(connection.recv(1000))

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def compute(page: Page, code: str, listener: Listener, **limits: int) -> dict[str, Any]:
    return dict(page.evaluate(COMPUTE, [code.replace("PORT", str(listener.port)), LIMITS | limits]))


def test_programs_run_in_the_readers_browser_and_nothing_gets_out(
    noor: Actor, page: Page, model_server: ModelServer, listener: Listener
) -> None:
    problems = watch(page)
    made = make_assistant(noor, "Ada", model={"id": "fake/chat"}, capabilities={"run_python": True})
    publish(actor=noor, assistant_id=made.public_id, visibility="organisation")
    page.goto(f"/chats/{make_conversation(noor, made).public_id}")
    code = (
        "import show\nshow.table([{'n': 1}], title='Sums')\nopen('/out/a.csv', 'w').write('n')\nprint(6 * 7)"
    )
    model_server.answer(tool_calls=[("run_python", {"code": code})])
    model_server.answer("It is 42.")
    ask(page, "How much?")
    expect(page.locator("#thread .answer").last).to_have_text("It is 42.", timeout=SECONDS)
    expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    call = page.locator("[data-tool=run_python]")
    call.locator("summary").first.click()
    expect(call.get_by_label("Output")).to_have_text("42")
    expect(call.get_by_label("Code")).to_contain_text("print(6 * 7)")
    expect(page.get_by_role("link", name="a.csv")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("1")

    # One that never ends: it shows that it runs, also after a reload, and is stopped by keyboard.
    model_server.answer(tool_calls=[("run_python", {"code": "while True: pass"})])
    model_server.answer("You stopped it.")
    ask(page, "For ever?")
    card = page.get_by_role("group", name="Python")
    expect(card).to_contain_text("Running Python", timeout=SECONDS)
    expect(page.get_by_text("Waiting for you")).to_be_hidden()
    page.reload()
    expect(card).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    card.get_by_text("Show the code").click()
    expect(card.get_by_label("Code")).to_contain_text("while True")
    look(page)
    frame = next(each for each in page.frames if each.url.endswith("/python-sandbox"))
    assert set(frame.evaluate(WALL, listener.port).values()) == {True}
    assert problems != []  # the browser says what it refused
    card.get_by_role("button", name="Stop the program").press("Enter")
    expect(page.locator("#thread .answer").last).to_have_text("You stopped it.", timeout=SECONDS)

    said = compute(page, ALL_REFUSED.replace("ATTEMPTS", repr(json.dumps(REFUSED))), listener)
    results = json.loads(said["stdout"])
    assert set(results) == set(REFUSED)
    assert [name for name, error in results.items() if not error] == []
    assert (
        compute(page, "import re; re.match('(a+)+$', 'a' * 60 + 'b')", listener, seconds=1)["state"]
        == "timeout"
    )
    assert listener.heard == []
    assert page.request.get("/").ok


@pytest.mark.large
def test_each_program_that_breaks_its_interpreter_ends_within_its_limit(
    page: Page, listener: Listener
) -> None:
    for name, (code, state) in ENDED.items():
        assert compute(page, code, listener, seconds=2, characters=2000)["state"] == state, name
    for name, code in REFUSED.items():
        assert compute(page, code, listener)["state"] == "failed", name
    assert listener.heard == []
