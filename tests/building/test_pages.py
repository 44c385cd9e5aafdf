"""The builder's pages: who gets in, what they keep, and what they cost."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.publish_version import publish_version
from assistants.building.models import Assistant, Version
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Role
from tests.factories.building import (
    make_assistant,
    make_publication,
    make_source,
    present_draft,
    present_publication,
)
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ["configure", "knowledge", "versions", "publish", "prompt"]


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_an_empty_bench_says_what_to_do(alice: Actor) -> None:
    assert "Build the first one" in page(client_for(alice), "/build/")


def test_new_makes_an_assistant_and_opens_it(alice: Actor) -> None:
    client = client_for(alice)
    answer = client.post("/build/new")
    assert re.fullmatch(r"/build/asst_\w+/configure", answer["Location"])
    assert "New assistant" in page(client, answer["Location"])


def test_a_new_assistant_speaks_the_language_of_its_creator(alice: Actor) -> None:
    with translation.override("zh-hans"):
        made = make_assistant(alice)
    assert present_draft(alice, made)["language"] == "zh-hans"


def test_the_list_finds_by_name_and_by_sentence(alice: Actor) -> None:
    make_assistant(alice, "Ada", profile={"tagline": "Counts clouds"})
    make_assistant(alice, "Grace")
    client = client_for(alice)
    assert "Grace" not in page(client, "/build/?search=clouds")
    assert "Ada" in page(client, "/build/?search=ada")
    assert "Show all" in page(client, "/build/?search=nothing")


def test_the_list_costs_the_same_for_one_and_for_many(alice: Actor) -> None:
    client = client_for(alice)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, "/build/")
        return len(queries)

    make_publication(alice)
    page(client, "/build/")
    few = cost()
    for _ in range(5):
        make_publication(alice)
    assert cost() == few


@pytest.mark.parametrize("tab", ["configure", "knowledge", "versions", "publish"])
def test_a_page_costs_the_same_whatever_it_shows(alice: Actor, tab: str) -> None:
    client = client_for(alice)
    assistant = make_publication(alice).assistant
    make_source(alice, assistant)
    publish_version(actor=alice, assistant_id=assistant.public_id)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, f"/build/{assistant.public_id}/{tab}")
        return len(queries)

    cost()
    few = cost()
    for number in range(4):
        make_source(alice, assistant, f"{number}.txt")
        publish_version(actor=alice, assistant_id=assistant.public_id)
    assert cost() == few


@pytest.mark.parametrize("tab", PAGES)
def test_outsiders_members_and_strangers_stay_outside(
    alice: Actor, bob: Actor, charlie: Actor, tab: str
) -> None:
    path = f"/build/{make_publication(alice, 'public').assistant.public_id}/{tab}"
    assert client_for(charlie).get(path).status_code == 404
    assert client_for(bob).get(path).status_code == 403
    assert "/accounts/login" in Client().get(path)["Location"]
    assert client_for(alice).get(path.replace("asst_", "asst_x")).status_code == 404


@pytest.mark.parametrize("action", ["delete", "restore", "unpublish", "publish", "versions/1/restore"])
def test_what_changes_something_is_closed_to_outsiders(alice: Actor, charlie: Actor, action: str) -> None:
    publication = make_publication(alice, "public")
    answer = client_for(charlie).post(
        f"/build/{publication.assistant.public_id}/{action}", {"visibility": "private"}
    )
    assert answer.status_code == 404
    assert present_publication(alice, publication.assistant).is_live


def test_publishing_makes_a_version_and_opens_it(alice: Actor) -> None:
    assistant = make_assistant(alice, "Plain Words")
    client = client_for(alice)
    answer = client.post(
        f"/build/{assistant.public_id}/publish",
        {"visibility": "organisation", "slug": "plain", "note": "First"},
    )
    assert answer.status_code == 302
    publication = present_publication(alice, assistant)
    assert (publication.visibility, publication.slug, publication.live_version.note) == (
        "organisation",
        "plain",
        "First",
    )
    assert "Version 1 is live" in page(client, answer["Location"])


def test_a_refused_publishing_keeps_what_was_typed(alice: Actor) -> None:
    assistant = make_assistant(alice)
    typed = {"visibility": "link", "slug": "gpt-9", "note": "Words that took time"}
    answer = client_for(alice).post(f"/build/{assistant.public_id}/publish", typed)
    body = answer.content.decode()
    assert "Words that took time" in body and 'value="gpt-9"' in body and "confuse programs" in body
    with tenant_scope(alice.organisation):
        assert not Version.objects.for_organisation(alice.organisation).exists()


def test_builders_see_that_others_publish(alice: Actor) -> None:
    builder = add_member(alice.organisation, make_user("bo@example.org"), Role.BUILDER)
    assistant = make_assistant(builder)
    client = client_for(builder)
    assert "Only publishers may open it to others" in page(client, f"/build/{assistant.public_id}/publish")
    answer = client.post(f"/build/{assistant.public_id}/publish", {"visibility": "public"})
    assert "Your role does not allow this" in answer.content.decode()


def test_what_stands_in_the_way_is_shown_and_the_button_shut(alice: Actor) -> None:
    assistant = make_assistant(alice, instructions={"text": "sk-proj-abcdefghij0123456789XY"})
    body = page(client_for(alice), f"/build/{assistant.public_id}/publish")
    assert "looks like a key or password" in body
    assert re.search(r'<button class="btn btn-primary" form="publish-form" disabled', body)


def test_withdrawing_and_the_bin_work_by_button(alice: Actor) -> None:
    publication = make_publication(alice, name="Plain Words")
    client, path = client_for(alice), f"/build/{publication.assistant.public_id}"
    assert client.post(f"{path}/unpublish").status_code == 302
    assert present_publication(alice, publication.assistant).state == "unpublished"
    assert client.post(f"{path}/delete").status_code == 302
    assert "Plain Words" in page(client, "/build/bin")
    assert client.post(f"{path}/restore").status_code == 302
    assert "Plain Words" in page(client, "/build/")


def test_a_version_is_looked_at_and_restored(alice: Actor) -> None:
    assistant: Assistant = make_publication(alice, instructions={"role": "The first role"}).assistant
    client, path = client_for(alice), f"/build/{assistant.public_id}/versions"
    publish_version(actor=alice, assistant_id=assistant.public_id, note="The second")
    body = page(client, f"{path}/1")
    assert "The first role" in body and "The second" in body
    assert client.get(f"{path}/7").status_code == 404
    assert client.post(f"{path}/1/restore").status_code == 302


def test_the_compiled_prompt_is_a_fragment(alice: Actor) -> None:
    assistant = make_assistant(alice, instructions={"role": "You are <b>bold</b>"})
    body = page(client_for(alice), f"/build/{assistant.public_id}/prompt")
    assert "&lt;b&gt;bold" in body and "<html" not in body


def test_hostile_text_is_shown_as_text(alice: Actor) -> None:
    bad = "<script>alert(1)</script>\"'"
    profile = {"tagline": bad, "description": bad, "starters": [bad], "welcome_message": bad}
    assistant = make_assistant(alice, bad, profile=profile, instructions={"must_never": [bad]})
    publish_version(actor=alice, assistant_id=assistant.public_id, note=bad)
    client = client_for(alice)
    for path in ["/build/", *(f"/build/{assistant.public_id}/{tab}" for tab in PAGES)]:
        assert "<script>alert" not in page(client, path), path


def test_pictures_are_drawn_from_any_seed(alice: Actor) -> None:
    client = client_for(alice)
    for seed in ("abc", "", "<b>", "x" * 500):
        assert "<svg" in page(client, f"/build/picture?seed={seed}")


def test_pages_say_nothing_about_what_lies_in_the_bin(alice: Actor) -> None:
    assistant = make_assistant(alice)
    delete_assistant(actor=alice, assistant_id=assistant.public_id)
    assert client_for(alice).get(f"/build/{assistant.public_id}/configure").status_code == 404
