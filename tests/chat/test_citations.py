"""What readers see of a citation: as the source is set now, for those who may see it now."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from assistants.building.actions.publish import publish
from assistants.building.models import Assistant, Publication
from assistants.chat.actions.post_message import post_message
from assistants.chat.models import Conversation
from assistants.knowledge.models import Document, Source, SourceAudience
from assistants.knowledge.retrieval import retrieve
from assistants.turns.actions.close_turn import Outcome, close_turn
from assistants.turns.citations import citation_items
from assistants.turns.driver import identity_of
from assistants.turns.plan import RetrievedPassage
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Group, GroupMembership
from providers.adapters.local_embedder import LocalEmbedder
from providers.adapters.quote import Quote
from providers.ports import ChatRequest, SourcePassage, TextDelta
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.factories.knowledge import scope_of, upload
from tests.fakes import files
from tests.fakes.model_server import ModelServer
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "Rent is due on the first day of each month."


class Cited:
    """A published assistant over a PDF of three pages, and an answer of it to Bob that cites the second one."""

    def __init__(self, alice: Actor, bob: Actor, run_jobs: RunJobs) -> None:
        self.alice = alice
        self.assistant: Assistant = make_assistant(alice, model={"id": "fake/chat"})
        pages = [["A beginning."], [SECRET], ["An end."]]
        self.source: Source = upload(alice, self.assistant.source_set, "lease.pdf", files.pdf(pages))
        run_jobs()
        publish(actor=alice, assistant_id=self.assistant.public_id, visibility="organisation")
        self.conversation: Conversation = make_conversation(bob, self.assistant)
        found: RetrievedPassage = retrieve(
            scope_of(self.assistant.source_set), "rent due", k=1, budget_tokens=99
        )[0]
        text = f"{SECRET} [1]"
        _question, opened = post_message(actor=bob, conversation_id=self.conversation.public_id, text="When?")
        items = citation_items(text, [1], [found], opened.id, "http://x")
        close_turn(identity=identity_of(opened), outcome=Outcome("complete", text, items))
        self.url = f"/citations/{opened.id}/1"

    def change(self, model: Any, **values: Any) -> None:
        with tenant_scope(self.alice.organisation, durable=True):
            model.objects.for_organisation(self.alice.organisation).update(**values)

    def quote(self, client: Client) -> str:
        """The citation's words in the API."""
        document = client.get(f"/api/v1/conversations/{self.conversation.public_id}").json()
        return str(document["messages"][1]["citations"][0]["quote"])


@pytest.fixture
def cited(alice: Actor, bob: Actor, run_jobs: RunJobs, model_server: ModelServer) -> Cited:
    return Cited(alice, bob, run_jobs)


def test_a_quoted_page_is_shown_with_its_picture_and_its_mark(cited: Cited, bob: Actor) -> None:
    client = client_for(bob)
    drawer = client.get(f"{cited.url}?drawer=1").content.decode()
    assert "Page 2 of 3, paragraph 1" in drawer
    assert SECRET in drawer
    assert "<rect" in drawer
    picture = client.get(f"{cited.url}/page.webp")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")
    assert picture.content.startswith(b"RIFF")
    assert "private" in picture["Cache-Control"]
    again = client.get(f"{cited.url}/page.webp", headers={"If-None-Match": picture["ETag"]})
    assert again.status_code == 304
    assert client.get(f"{cited.url}/page.webp?page=3").status_code == 200
    for wrong in ("?page=4", "?size=huge"):
        assert client.get(f"{cited.url}/page.webp{wrong}").status_code == 404
    assert client.get(f"{cited.url}/file").status_code == 404
    assert cited.quote(client) == SECRET.rstrip(".")


def test_a_hidden_source_shows_its_place_alone_in_old_answers_too(cited: Cited, bob: Actor) -> None:
    cited.change(Source, showing="hidden")
    client = client_for(bob)
    drawer = client.get(f"{cited.url}?drawer=1").content.decode()
    assert SECRET not in drawer
    assert SECRET.rstrip(".") not in drawer
    assert "Page 2 of 3" in drawer
    assert client.get(f"{cited.url}/page.webp").status_code == 404
    assert client.get(f"{cited.url}/file").status_code == 404
    assert cited.quote(client) == ""


def test_of_some_sources_only_the_quotation_is_shown(cited: Cited, bob: Actor) -> None:
    cited.change(Source, showing="quote_only")
    client = client_for(bob)
    drawer = client.get(f"{cited.url}?drawer=1").content.decode()
    assert SECRET.rstrip(".") in drawer
    assert "page.webp" not in drawer
    assert client.get(f"{cited.url}/page.webp").status_code == 404


def test_a_file_that_is_offered_comes_as_an_attachment(cited: Cited, bob: Actor) -> None:
    cited.change(Source, showing="download")
    file = client_for(bob).get(f"{cited.url}/file")
    assert b"".join(file.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"


def closed(cited: Cited, actor: Actor) -> bool:
    """Whether nothing of the citation opens, and its words are cut."""
    client = client_for(actor)
    tails = ("", "?drawer=1", "/page.webp", "/file")
    answers = [client.get(f"{cited.url}{tail}") for tail in tails]
    return all(answer.status_code == 404 and SECRET.encode() not in answer.content for answer in answers)


def test_a_source_kept_for_a_group_opens_for_its_members_alone(
    cited: Cited, alice: Actor, bob: Actor
) -> None:
    cited.change(Source, restricted=True)
    assert closed(cited, bob)
    assert cited.quote(client_for(bob)) == ""
    with tenant_scope(alice.organisation, durable=True):
        group = Group.objects.create(organisation=alice.organisation, name="Lawyers")
        SourceAudience.objects.create(organisation=alice.organisation, source=cited.source, group=group)
        GroupMembership.objects.create(
            organisation=alice.organisation, group=group, membership_id=bob.membership_id
        )
    assert not closed(cited, bob)
    assert cited.quote(client_for(bob))


def test_a_withdrawn_assistant_takes_its_originals_along(cited: Cited, bob: Actor) -> None:
    cited.change(Publication, state="unpublished")
    assert closed(cited, bob)
    assert cited.quote(client_for(bob)) == ""


def test_a_removed_source_opens_as_long_as_what_is_published_answers_from_it(
    cited: Cited, bob: Actor
) -> None:
    from django.utils import timezone

    cited.change(Source, removed_at=timezone.now())
    assert not closed(cited, bob)
    publish(actor=cited.alice, assistant_id=cited.assistant.public_id, visibility="organisation")
    assert closed(cited, bob)


def test_foreign_and_missing_citations_answer_alike(
    cited: Cited, alice: Actor, charlie: Actor, bob: Actor
) -> None:
    missing = client_for(bob).get("/citations/turn_missing/1?drawer=1")
    for actor in (alice, charlie):  # a conversation is its asker's own, whoever built the assistant
        assert closed(cited, actor)
        foreign = client_for(actor).get(f"{cited.url}?drawer=1")
        assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_a_page_that_cannot_be_drawn_says_so(cited: Cited, bob: Actor) -> None:
    from django.core.files.storage import default_storage

    with tenant_scope(cited.alice.organisation):
        key = Document.objects.for_organisation(cited.alice.organisation).get().storage_key
    default_storage.delete(key)
    answer = client_for(bob).get(f"{cited.url}/page.webp", headers={"accept": "application/json"})
    assert answer.status_code == 503


LEASE = RetrievedPassage("psg_1", "doc_1", "Lease", SECRET, 2, 1, "Rent", 0.9, 40, 40 + len(SECRET), 12)


def test_words_that_may_not_be_shown_never_enter_a_citation() -> None:
    (item,) = citation_items(f"{SECRET} [1]", [1], [replace(LEASE, quotable=False)], "turn_1", "http://x")
    assert (item["quote"], item["spans"], item["page"]) == ("", [], 2)


@pytest.mark.parametrize("grounding", ["free", "prefer", "only"])
def test_quote_leaves_out_what_may_not_be_quoted(grounding: Any) -> None:
    hidden = SourcePassage(1, "psg_1", SECRET, quotable=False)
    request = ChatRequest([], passages=[hidden], question="When is rent due?", grounding=grounding)

    async def answer() -> str:
        return "".join(
            [
                event.text
                async for event in Quote(LocalEmbedder("unused")).stream(request)
                if isinstance(event, TextDelta)
            ]
        )

    assert "enough information" in asyncio.run(answer())
