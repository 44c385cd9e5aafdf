"""A creator, a user and moderators, from sending in to the appeal that is granted: all of it over HTTP."""

from typing import Any

import httpx2
import orjson
import pytest

from accounts.actions.grant_staff import grant_staff
from organisations.actors import Actor
from store.actions.count_turns import count_turns
from tests.factories.organisations import make_actor, make_user
from tests.factories.store import make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.jobs import RunJobs
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_client_for, api_key_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listing(alice: Actor, settings: Any) -> dict[str, Any]:
    settings.STORE_REVIEW = "human"
    assistant = make_published(
        alice, "合同审查 Legal contract review", tagline="Reads contracts and finds their traps 合同条款审查"
    )
    made = api_client_for(alice).post(
        "/api/v1/listings",
        {
            "assistant": assistant.public_id,
            "visibility": "public",
            "category": "law",
            "description": "Official service of the bar.",
        },
    )
    assert made.status_code == 201, made.json()
    return dict(made.json())


def moderator(name: str) -> Any:
    make_user(f"{name}@staff.example", name=name.title())
    return api_client_for(make_actor(grant_staff(email=f"{name}@staff.example", role="moderator")))


def decide(staff: Any, decision: str, **more: Any) -> dict[str, Any]:
    """Decide the case that is first in the queue."""
    case = staff.get("/api/v1/moderation/cases").json()["results"][0]["id"]
    answer = staff.post(f"/api/v1/moderation/cases/{case}/decisions", {"decision": decision} | more)
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def test_from_sending_in_to_the_appeal(
    alice: Actor,
    charlie: Actor,
    listing: dict[str, Any],
    live_app: LiveApp,
    model_server: ModelServer,
    run_jobs: RunJobs,
) -> None:
    mo, nia, creator, user = moderator("mo"), moderator("nia"), api_client_for(alice), api_client_for(charlie)
    own, public = f"/api/v1/listings/{listing['id']}", f"/api/v1/store/listings/{listing['slug']}"

    # The creator submits, a moderator asks for changes, the creator makes them, and it is live.
    assert creator.post(f"{own}/submit").json()["state"] == "submitted"
    assert user.get(public).status_code == 404
    decide(mo, "request_changes", reasons=["misleading"], message="You are not the bar.")
    assert creator.get(own).json()["state"] == "changes_requested"
    creator.patch(own, {"description": "Finds unusual clauses."})
    assert creator.post(f"{own}/submit").json()["state"] == "submitted"
    decide(nia, "approve")
    assert creator.get(own).json()["state"] == "live"

    # The user finds it, misspelt in both languages, and reads what it does with data.
    run_jobs()
    for words in ("contrct reveiw", "合同条款审察"):
        found = user.get("/api/v1/store/listings", {"search": words}).json()["results"]
        assert [one["slug"] for one in found] == [listing["slug"]], words
    told = user.get(public).json()["disclosures"]
    assert told["hosts"] == [] and told["models"] and told["stored"] and told["verified_at"]

    # Chats, rates it, and reports it.
    with live_app.client(api_key_for(charlie)) as chat:
        for question in ("Is clause 4 usual?", "And clause 5?", "And 6?"):
            assert asked(chat, listing["slug"], question).status_code == 200
        count_turns()  # by the clock, every five seconds
        rated = user.put(f"{public}/ratings", {"stars": 2, "text": "Invents clauses."})
        assert rated.status_code == 200, rated.json()
        run_jobs()
        assert user.get(f"{public}/ratings").json()["count"] == 1
        reported = user.post(f"{public}/report", {"reason": "misleading", "text": "It made up a law."})
        assert reported.status_code in (200, 201, 202), reported.json()
        assert asked(chat, listing["slug"], "Still there?").status_code == 200

        # Two moderators take it away: at once, everywhere.
        opened = mo.post("/api/v1/moderation/cases", {"listing": listing["id"]})
        case = (opened.json() if opened.status_code == 201 else {}).get("id")
        case = case or mo.get("/api/v1/moderation/cases").json()["results"][0]["id"]
        for staff in (mo, nia):
            answer = staff.post(
                f"/api/v1/moderation/cases/{case}/decisions",
                {"decision": "suspend", "reasons": ["misleading"], "message": "It makes up laws."},
            )
            assert answer.status_code == 201, answer.json()
        assert creator.get(own).json()["state"] == "suspended"
        assert user.get(public).status_code == 404
        assert user.get("/api/v1/store/listings", {"search": "contract"}).json()["results"] == []
        assert asked(chat, listing["slug"], "And now?").status_code in (404, 410)

        # The creator appeals; somebody who had not decided grants it, and it is back.
        appealed = creator.post(f"{own}/appeal", {"text": "The model was exchanged; it cites now."})
        assert appealed.status_code in (200, 201, 202), appealed.json()
        assert creator.get(own).json()["state"] == "appealed"
        refused = first_case(mo)
        assert mo.post(refused, {"decision": "restore"}).json()["code"] == "somebody_else_decides"
        decide(moderator("ola"), "restore")
        run_jobs()
        assert creator.get(own).json()["state"] == "live"
        assert user.get(public).status_code == 200
        assert asked(chat, listing["slug"], "Back again?").status_code == 200


def first_case(staff: Any) -> str:
    """Where the queue's first case is decided."""
    case = staff.get("/api/v1/moderation/cases").json()["results"][0]["id"]
    return f"/api/v1/moderation/cases/{case}/decisions"


def asked(chat: httpx2.Client, slug: str, question: str) -> httpx2.Response:
    """A question in a conversation of its own, answered to its end; the refusal where there is one."""
    begun = chat.post("/api/v1/conversations", json={"listing": slug})
    if begun.status_code != 201:
        return begun
    answer = chat.post(f"/api/v1/conversations/{begun.json()['id']}/messages", json={"text": question})
    assert answer.status_code != 200 or orjson.loads(answer.content)["message"]["state"] == "complete"
    return answer
