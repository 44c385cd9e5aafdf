"""Kinds of sources over REST: added, listed, described, looked at again, shared."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assistants.knowledge.actions.look_at_source import look_at_source
from assistants.knowledge.models import SourceSet
from organisations.actions.create_group import create_group
from organisations.actors import Actor
from tests.factories.building import make_assistant, make_source
from tests.factories.knowledge import make_source_set
from tests.fakes.website import Website, article, website
from tests.fixtures.people import JsonClient, api_client_for

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.knowledge.urls")]
PAIRS = [
    {"question": "When is the rent due?", "answer": "On the first of the month."},
    {"question": "May I keep snakes?", "answer": "With the landlord's consent."},
]


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    with website() as made:
        settings.EGRESS_ALLOW, settings.CRAWL_PAUSE_SECONDS = [made.host], 0
        made.pages["/"] = article("Home", "We let flats in the harbour.", links=("/rent",))
        made.pages["/rent"] = article("Rent", "The rent is due on the first of the month.")
        yield made


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


@pytest.fixture
def client(alice: Actor) -> JsonClient:
    return api_client_for(alice)


def at(source_set: SourceSet, tail: str = "") -> str:
    return f"/api/v1/sets/{source_set.public_id}/sources{tail}"


def add(client: JsonClient, source_set: SourceSet, status: int = 201, **given: Any) -> Any:
    answer = client.post(at(source_set), given)
    assert answer.status_code == status, answer.content
    return answer.json()


def qa(client: JsonClient, source_set: SourceSet) -> Any:
    return add(client, source_set, type="qa", title="Questions", pairs=PAIRS)


def test_a_website_is_added_followed_and_listed(
    alice: Actor, client: JsonClient, source_set: SourceSet, site: Website
) -> None:
    added = add(client, source_set, type="site", url=site.url, depth=1, exclude=["/private/*"])
    assert (added["type"], added["state"], added["document"]) == ("site", "uploaded", None)
    assert added["settings"] == {
        "depth": 1,
        "pages": 100,
        "include": [],
        "exclude": ["/private/*"],
        "sitemap": True,
    }
    assert add(client, source_set, 200, type="site", url=site.url)["id"] == added["id"]
    look_at_source(organisation_id=alice.organisation.pk, source_id=added["id"])
    seen = client.get(at(source_set, f"/{added['id']}")).json()
    assert (seen["state"], seen["children"]) == ("parsing", {"count": 2, "working": 2, "failed": 0})
    assert seen["freshness"]["checked"] and not seen["freshness"]["looking"]
    held = client.get(at(source_set, f"/{added['id']}/children")).json()["results"]
    assert [one["name"] for one in held] == ["Home", "Rent"]
    assert [one["id"] for one in client.get(at(source_set)).json()["results"]] == [added["id"]]
    by_parent = client.get(at(source_set, f"?parent={added['id']}&search=rent")).json()["results"]
    assert [one["name"] for one in by_parent] == ["Rent"]
    assert client.get(at(source_set, "?state=working&type=site")).json()["results"]
    assert not client.get(at(source_set, "?state=failed")).json()["results"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"depth": 9}, "depth"),
        ({"pages": 0}, "pages"),
        ({"include": ["help"]}, "include"),
        ({"url": "ftp://example.org"}, "url"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_website_that_makes_no_sense_is_refused(
    client: JsonClient, source_set: SourceSet, given: dict[str, Any], field: str
) -> None:
    answer = client.post(at(source_set), {"type": "site", "url": "https://example.org", **given})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_questions_are_added_and_edited_one_by_one(client: JsonClient, source_set: SourceSet) -> None:
    added = qa(client, source_set)
    assert (added["type"], added["name"]) == ("qa", "Questions")
    place = at(source_set, f"/{added['id']}/pairs")
    listed = client.get(place).json()
    assert [pair["number"] for pair in listed["pairs"]] == [1, 2]
    more = {"pairs": [{"question": "Is there a cellar?", "answer": "Yes."}], "document": listed["document"]}
    assert client.post(place, more).status_code == 201
    assert client.post(place, more).json()["code"] == "stale_revision"
    client.patch(f"{place}/3", {"answer": "A deep one.", "place": 1})
    client.delete(f"{place}/2")
    after = client.get(place).json()["pairs"]
    assert [(pair["number"], pair["answer"]) for pair in after] == [
        (1, "A deep one."),
        (2, "With the landlord's consent."),
    ]
    assert client.patch(f"{place}/9", {"answer": "x"}).status_code == 404


@pytest.mark.parametrize(
    "table",
    [
        b"\xef\xbb\xbfQuestion;Answer\nIs there a lift?;Yes; really\n",
        b"answer,question\nYes,Is there a lift?\n",
        b"Is there a lift?\tYes\n\n",
    ],
)
def test_questions_come_from_a_table(client: JsonClient, source_set: SourceSet, table: bytes) -> None:
    added = qa(client, source_set)
    place = at(source_set, f"/{added['id']}/pairs")
    file = SimpleUploadedFile("faq.csv", table)
    answer = client.post(place, {"file": file}, format="multipart")
    assert answer.status_code == 201, answer.content
    last = answer.json()["pairs"][-1]
    assert (last["question"], last["answer"]) == ("Is there a lift?", "Yes")


@pytest.mark.parametrize(
    "pairs", [[], [{"question": "Why?", "answer": " "}], [{"question": "Why?"}], ["Why?"]]
)
def test_questions_without_answers_are_refused(
    client: JsonClient, source_set: SourceSet, pairs: list[Any]
) -> None:
    assert client.post(at(source_set), {"type": "qa", "pairs": pairs}).status_code == 400


def test_the_last_pair_stays(client: JsonClient, source_set: SourceSet) -> None:
    added = add(client, source_set, type="qa", pairs=PAIRS[:1])
    assert client.delete(at(source_set, f"/{added['id']}/pairs/1")).status_code == 400


def test_what_is_set_about_a_source(alice: Actor, client: JsonClient, source_set: SourceSet) -> None:
    group = create_group(actor=alice, name="Board")
    added = qa(client, source_set)
    given = {
        "name": "House rules",
        "tags": ["rent", "2026"],
        "metadata": {"year": 2026, "author": "Alice"},
        "showing": "quote_only",
        "groups": [group.public_id],
        "pairs": PAIRS[:1],
    }
    answer = client.patch(at(source_set, f"/{added['id']}"), given)
    assert answer.status_code == 200, answer.content
    seen = answer.json()
    assert {name: seen[name] for name in ("name", "tags", "metadata", "showing", "restricted")} == {
        "name": "House rules",
        "tags": ["rent", "2026"],
        "metadata": {"year": 2026, "author": "Alice"},
        "showing": "quote_only",
        "restricted": True,
    }
    assert seen["groups"] == [{"id": group.public_id, "name": "Board"}]
    assert seen["document"] != added["document"]
    assert client.get(f"/api/v1/sets/{source_set.public_id}/source-tags").json() == {"tags": ["2026", "rent"]}
    assert len(client.get(at(source_set, "?tag=rent&type=qa&search=rules")).json()["results"]) == 1
    assert not client.get(at(source_set, "?tag=other")).json()["results"]


@pytest.mark.parametrize(
    "given",
    [
        {"tags": ["x" * 51]},
        {"tags": [str(n) for n in range(21)]},
        {"metadata": {"nested": {"deep": 1}}},
        {"metadata": {str(n): "x" for n in range(21)}},
        {"showing": "sometimes"},
        {"groups": ["grp_missing"]},
        {"sync_every": "daily"},
        {"settings": {"depth": 1}},
        {"owner": "me"},
    ],
)
def test_what_does_not_fit_changes_nothing(
    client: JsonClient, source_set: SourceSet, given: dict[str, Any]
) -> None:
    added = qa(client, source_set)
    before = client.get(at(source_set, f"/{added['id']}")).json()
    assert client.patch(at(source_set, f"/{added['id']}"), {"name": "Other", **given}).status_code == 400
    assert client.get(at(source_set, f"/{added['id']}")).json() == before


def test_the_rhythm_and_the_bounds_of_a_website_can_be_changed(
    alice: Actor, client: JsonClient, source_set: SourceSet, site: Website
) -> None:
    added = add(client, source_set, type="site", url=site.url)
    look_at_source(organisation_id=alice.organisation.pk, source_id=added["id"])
    place = at(source_set, f"/{added['id']}")
    seen = client.patch(place, {"sync_every": "weekly", "settings": {"exclude": ["/rent"]}}).json()
    assert seen["freshness"]["every"] == "weekly" and seen["freshness"]["next"]
    assert seen["settings"]["exclude"] == ["/rent"] and seen["freshness"]["looking"]
    look_at_source(organisation_id=alice.organisation.pk, source_id=added["id"])
    assert client.get(place).json()["children"]["count"] == 1
    [child] = client.get(at(source_set, f"/{added['id']}/children")).json()["results"]
    refused = client.patch(at(source_set, f"/{child['id']}"), {"sync_every": "daily"})
    assert refused.json()["errors"][0]["code"] == "has_parent"


def test_a_source_is_looked_at_by_hand(client: JsonClient, source_set: SourceSet, site: Website) -> None:
    added = add(client, source_set, type="site", url=site.url)
    again = client.post(at(source_set, f"/{added['id']}/sync"))
    assert (again.status_code, again.json()["freshness"]["looking"]) == (202, True)
    other = qa(client, source_set)
    refused = client.post(at(source_set, f"/{other['id']}/sync"))
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_sync")


def test_a_source_is_shared_over_rest(alice: Actor, client: JsonClient) -> None:
    origin, target = make_assistant(alice, "Origin"), make_assistant(alice, "Target")
    source = make_source(alice, origin, "handbook.txt").source
    base = f"/api/v1/assistants/{target.public_id}"
    offered = client.get(f"{base}/shareable-sources?search=hand").json()["results"]
    assert [(one["id"], one["assistant"]["name"]) for one in offered] == [(source.public_id, "Origin")]
    shared = client.post(f"{base}/sources", {"type": "shared", "source": source.public_id})
    assert shared.status_code == 201, shared.content
    assert shared.json()["shared"] == {"assistant": {"id": origin.public_id, "name": "Origin"}}
    [listed] = client.get(f"{base}/sources").json()["results"]
    assert listed["id"] == source.public_id
    home = client.get(f"/api/v1/assistants/{origin.public_id}/sources/{source.public_id}").json()
    assert home["used_by"] == [{"id": target.public_id, "name": "Target"}] and home["shared"] is None
    assert client.patch(f"{base}/sources/{source.public_id}", {"name": "Mine"}).status_code == 404
    assert client.delete(f"{base}/sources/{source.public_id}").status_code == 204
    assert client.get(f"/api/v1/assistants/{origin.public_id}/sources/{source.public_id}").status_code == 200


def test_another_organisations_sources_and_missing_ones_answer_alike(
    alice: Actor, charlie: Actor, client: JsonClient, source_set: SourceSet
) -> None:
    foreign_set = make_source_set(charlie)
    foreign = qa(api_client_for(charlie), foreign_set)
    group = create_group(actor=charlie, name="Theirs")
    mine = qa(client, source_set)
    bodies = []
    for source_id in (foreign["id"], "src_missing"):
        place = at(source_set, f"/{source_id}")
        answers = [
            client.get(place),
            client.patch(place, {"name": "Mine"}),
            client.delete(place),
            client.post(f"{place}/sync"),
            client.post(f"{place}/retry"),
            client.get(f"{place}/children"),
            client.get(f"{place}/pairs"),
            client.put(f"{place}/pairs", {"pairs": PAIRS}),
            client.post(f"{place}/pairs", {"pairs": PAIRS}),
            client.patch(f"{place}/pairs/1", {"answer": "x"}),
            client.delete(f"{place}/pairs/1"),
            client.post(at(source_set), {"type": "shared", "source": source_id}),
        ]
        assert {answer.status_code for answer in answers} == {404}
        bodies.append([{**answer.json(), "instance": "", "request_id": ""} for answer in answers])
        assert not client.get(at(source_set, f"?parent={source_id}")).json()["results"]
    assert bodies[0] == bodies[1]
    refused = client.patch(at(source_set, f"/{mine['id']}"), {"groups": [group.public_id]})
    missing = client.patch(at(source_set, f"/{mine['id']}"), {"groups": ["grp_missing"]})
    assert (refused.status_code, refused.json()["errors"]) == (400, missing.json()["errors"])
    assert client.get(at(foreign_set)).status_code == 404
    theirs = api_client_for(charlie).get(at(foreign_set, f"/{foreign['id']}/pairs")).json()["pairs"]
    assert [pair["answer"] for pair in theirs] == [pair["answer"] for pair in PAIRS]
