"""Files that come with answers of an API: what is fetched, from where, and what is left out."""

import asyncio
import base64
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from assistants.actions.calling.planned import PlannedAction
from assistants.actions.files import keeping
from assistants.actions.files.keeping import with_files
from assistants.actions.openapi.answer_files import MOST_BYTES, AnswerFile, files_of
from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.tools import ToolResult, TurnContext
from assistants.turns.trust import Trust
from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from organisations.host_policy import held_to_policies_async
from organisations.policy_cache import forget_policies
from tests.fakes.files import PNG
from tests.fakes.hostile_hosts import hostile_host, slow_body
from tests.security.injection import Counting, counting

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def service(settings: Any) -> Iterator[Counting]:
    with counting() as made:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, made.url.removeprefix("http://")]
        yield made


class Answering:
    """An action of a service that has answered: what becomes of the files that it named."""

    def __init__(self, actor: Actor, service: Counting) -> None:
        self.actor, self.service = actor, service
        key = actor.organisation.pk
        self.action = PlannedAction("act_1", "Reports", "openapi", key, service.url, None, {})
        plan = AssistantPlan("asst_1", "Ada", key, system_prompt="", model_id="")
        self.context = TurnContext("turn_1", "", actor, plan, "chat", Sources(), Trust(), can_wait=False)

    def keep(self, *offered: AnswerFile) -> ToolResult:
        """Keep them, as a call does: under the policies of hosts that are in force."""

        async def kept() -> ToolResult:
            async with held_to_policies_async(self.actor.organisation.pk):
                told = ToolResult("Done.", untrusted=True)
                return await with_files(self.context, self.action, told, offered)

        return asyncio.run(kept())

    def fetch(self, *urls: str) -> dict[str, Any]:
        """Keep what an answer names by addresses; kept names, and what is said of the others."""
        detail = self.keep(*files_of(orjson.dumps({"openaiFileResponse": urls}))).detail
        kept = [file["name"] for file in detail["files"]]
        return {"kept": kept, "left": {one["name"]: one["reason"] for one in detail["files_left_out"]}}


@pytest.fixture
def answering(alice: Actor, service: Counting) -> Answering:
    return Answering(alice, service)


def gives(service: Counting, path: str, data: bytes, status: int = 200, **headers: str) -> str:
    service.answers[path] = (status, {"content-type": "application/octet-stream", **headers}, data)
    return service.url + path


def test_a_file_at_the_services_own_site_is_fetched(answering: Answering, service: Counting) -> None:
    found = answering.fetch(gives(service, "/may.png", PNG) + "?sig=1#page")
    assert found == {"kept": ["may.png"], "left": {}}
    assert service.asked == ["GET /may.png?sig=1"]
    assert "authorization" not in service.text.casefold()  # a link stands for itself


def test_another_site_is_not_asked(answering: Answering, service: Counting, settings: Any) -> None:
    with counting("localhost") as thief:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, thief.url.removeprefix("http://")]
        addresses = (
            f"{thief.url}/a.png",
            f"{service.url.replace('http://', 'http://localhost@')}/b.png",
            f"http://[oops/{'c.png'}",
            "file:///etc/d.png",
            "data:image/png;base64,e.png",
            "file_f.png",
        )
        found = answering.fetch(*addresses)
    assert found["kept"] == []
    assert len(found["left"]) == 6
    assert (thief.asked, service.asked) == ([], [])


def test_a_redirect_is_followed_at_the_same_origin_alone(answering: Answering, service: Counting) -> None:
    with counting("localhost") as thief:
        gives(service, "/real.png", PNG)
        near = gives(service, "/near.png", b"", 302, location="/real.png")
        far = gives(service, "/far.png", b"", 302, location=f"{thief.url}/real.png")
        found = answering.fetch(near, far)
    assert found["kept"] == ["near.png"]
    assert "302" in found["left"]["far.png"]
    assert thief.asked == []


def test_what_is_too_large_missing_or_something_else_is_left_out_and_said(
    answering: Answering, service: Counting
) -> None:
    found = answering.fetch(
        gives(service, "/large.png", PNG + b"0" * MOST_BYTES),
        gives(service, "/missing.png", b"no", 404),
        gives(service, "/empty.png", b""),
        gives(service, "/lie.pdf", PNG),
        gives(service, "/may.pdf", PDF),
    )
    assert found["kept"] == ["may.pdf"]
    assert list(found["left"]) == ["large.png", "missing.png", "empty.png", "lie.pdf"]


def test_ten_files_are_the_most(answering: Answering, service: Counting) -> None:
    found = answering.fetch(*(gives(service, f"/{number}.png", PNG) for number in range(12)))
    assert len(found["kept"]) == 10
    assert len(service.asked) == 10


def test_inline_files_that_cannot_be_read_are_said_to_be_left_out(answering: Answering) -> None:
    large = base64.b64encode(b"0" * (MOST_BYTES + 1)).decode()
    listed = [{"name": "broken.txt", "content": "%%"}, {"name": "large.txt", "content": large}, {"name": "x"}]
    detail = answering.keep(*files_of(orjson.dumps({"openaiFileResponse": listed}))).detail
    assert detail["files"] == []
    assert [one["name"] for one in detail["files_left_out"]] == ["broken.txt", "large.txt"]


def test_a_policy_that_allows_the_api_and_not_its_files_costs_the_file_alone(
    answering: Answering, service: Counting, alice: Actor
) -> None:
    patch_policy(actor=alice, patch={"hosts": {"blocked": ["127.0.0.1"]}})
    forget_policies()
    result = answering.keep(
        AnswerFile("may.png", "", None, gives(service, "/may.png", PNG)), AnswerFile("june.png", "", PNG)
    )
    assert result.content.startswith("Done.")
    assert [file["name"] for file in result.detail["files"]] == ["june.png"]
    assert [one["name"] for one in result.detail["files_left_out"]] == ["may.png"]
    assert service.asked == []


def test_slow_files_share_one_time_and_the_answer_stays(
    answering: Answering, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "SECONDS", 0.3)
    with hostile_host(slow_body) as slow:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"127.0.0.1:{slow.port}"]
        began = time.monotonic()
        found = answering.fetch(*(f"{slow.url}/{number}.png" for number in range(4)))
    assert time.monotonic() - began < 10
    assert (found["kept"], len(found["left"])) == ([], 4)
