"""Actions over REST and the outside: strangers, repetitions, large documents and odd characters."""

import time
from typing import Any

import orjson
import pytest

from organisations.actors import Actor
from tests.actions.test_calling import PATHS
from tests.actions.test_rest import PUBLIC, add, codes
from tests.factories.actions import document_of
from tests.factories.building import make_assistant
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(alice: Actor) -> Any:
    return api_client_for(alice)


@pytest.fixture
def base(alice: Actor) -> str:
    return f"/api/v1/assistants/{make_assistant(alice, 'Ada').public_id}/actions"


def test_others_find_nothing(api: Any, base: str, charlie: Actor, bob: Actor) -> None:
    made = add(api, base)
    where = f"{base}/{made['id']}"
    theirs = api_client_for(charlie)
    mine = make_assistant(charlie, "Mine")
    for stranger in (theirs, api_client_for(bob)):
        assert stranger.get(base).status_code in (403, 404)
        assert stranger.get(where).status_code in (403, 404)
        assert stranger.post(f"{where}/try", {"operation": "listTasks"}).status_code in (403, 404)
        assert stranger.delete(where).status_code in (403, 404)
    borrowed = f"/api/v1/assistants/{mine.public_id}/actions/{made['id']}"
    missing = theirs.get(f"/api/v1/assistants/{mine.public_id}/actions/act_missing")
    foreign = theirs.get(borrowed)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["detail"] == missing.json()["detail"]
    for call in (theirs.delete, theirs.get):
        assert call(borrowed).status_code == 404
    assert theirs.patch(borrowed, {"paused": True}).status_code == 404
    assert api.get(where).json()["paused"] is False


def test_a_key_makes_an_import_happen_once(api: Any, base: str) -> None:
    body = {"document": document_of(PUBLIC, PATHS).decode()}
    first = api.post(base, body, headers={"Idempotency-Key": "once"})
    again = api.post(base, body, headers={"Idempotency-Key": "once"})
    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert len(api.get(base).json()["results"]) == 1


def test_ten_megabytes_are_read_in_time(api: Any, base: str) -> None:
    padding = {"x-padding": ["words to fill the document with"] * 250_000}
    document = document_of(PUBLIC, PATHS, **padding)
    assert 8_000_000 < len(document) < 10 * 1024 * 1024
    started = time.monotonic()
    made = add(api, base, document=document.decode())
    assert time.monotonic() - started < 15
    assert len(made["operations"]) == 2
    larger = document_of(PUBLIC, PATHS, **{"x-padding": "x" * (10 * 1024 * 1024)})
    assert codes(api.post(base, {"document": larger.decode()})) == [("document", "too_large")]


def test_nul_in_words_of_a_document_is_no_fault(api: Any, base: str) -> None:
    paths = {"/a": {"get": {"operationId": "a", "summary": "NUL \x00 inside", "responses": {}}}}
    answer = api.post(base, {"document": orjson.loads(document_of(PUBLIC, PATHS)), "name": "A\x00"})
    assert answer.status_code == 400
    answer = api.post(base, {"document": document_of(PUBLIC, paths).decode()})
    assert answer.status_code in (201, 400)
