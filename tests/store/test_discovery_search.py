"""Finding assistants in the public store: words, wrong words, filters, and rows that follow what they are copies of."""

from types import SimpleNamespace

import pytest

from assistants.knowledge.models import Source
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import Organisation
from store.actions.update_listing import update_listing
from store.discovery.facets import family_of
from store.discovery.indexing import spelt
from store.discovery.narrowing import Narrowing
from store.discovery.search import find
from store.discovery.suggestions import suggestions
from store.discovery.topics import topics_of
from store.discovery.wording import distance
from store.fields import ListingFields
from store.models import Entry, Listing, StoreWord
from store.queries import store_entries
from tests.factories.knowledge import document_of, make_source_set, upload
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)


def look(actor, search="", *, sort="", **filters):
    with tenant_scope(actor.organisation):
        return find(store_entries(), search=search, wanted=Narrowing(**filters), sort=sort)


def names(actor, search="", **how):
    return [entry.name for entry in look(actor, search, **how).page.results]


def change(listing, **values):
    with across_organisations(reason="a test counts"):
        Listing.unscoped.filter(pk=listing.pk).update(**values)


@pytest.fixture
def store(alice):
    """Three listings, one of them Chinese."""
    return [
        make_listing(alice, "Contract Clauses", tagline="Reads leases with you", category="law"),
        make_listing(alice, "Sunday Maths", tagline="Explains fractions", category="learning"),
        make_listing(alice, "合同条款审查", tagline="逐条检查风险", category="law", language="zh-hans"),
    ]


def test_misspelt_words_find_and_say_what_may_have_been_meant(charlie, store):
    assert names(charlie, "contract clauz")[:1] == ["Contract Clauses"]
    assert look(charlie, "contrcat").correction == "contract"
    assert look(charlie, "sunday").correction == ""
    assert names(charlie, "合同条款审査")[:1] == names(charlie, "合司条款审查")[:1] == ["合同条款审查"]


def test_a_single_character_inside_a_name_is_found(charlie, store):
    assert names(charlie, "款") == ["合同条款审查"]


def test_a_language_finds_what_is_answered_in_it_beside_another(alice, charlie, store):
    update_listing(
        actor=alice, listing_id=store[0].public_id, fields=ListingFields(languages=["de-at", "zh-hans"])
    )
    change(store[0], conversations=5)
    change(store[1], conversations=9)
    change(store[2], conversations=3)
    assert names(charlie, language="de") == names(charlie, language="de-at") == ["Contract Clauses"]
    assert names(charlie, language="zh") == ["Contract Clauses", "合同条款审查"]
    assert names(charlie, "know", language="de") == ["Contract Clauses"]
    assert names(charlie, language="en") == ["Sunday Maths", "Contract Clauses"]
    assert names(charlie, language="fr") == names(charlie, language="d'e") == []
    api = api_client_for(charlie)
    first = api.get("/api/v1/store/listings", {"language": "zh", "limit": 1}).json()
    second = api.get("/api/v1/store/listings", {"language": "zh", "limit": 1, "cursor": first["next"]}).json()
    third = api.get(
        "/api/v1/store/listings", {"language": "zh", "limit": 1, "cursor": second["previous"]}
    ).json()
    told = [[row["name"] for row in page["results"]] for page in (first, second, third)]
    assert told == [["Contract Clauses"], ["合同条款审查"], ["Contract Clauses"]] and second["next"] is None
    assert third["previous"] is None


def test_a_chinese_name_is_found_by_its_pinyin(charlie, store):
    for typed in ("hetong", "he tong", "hetongtiaokuan", "tiaokuan shencha", "httksc"):
        assert names(charlie, typed)[:1] == ["合同条款审查"]
    assert spelt("Contract 3") == ""


def test_what_knowledge_is_about_is_told_by_names_and_headings_that_readers_see(alice, run_jobs):
    sources = make_source_set(alice)
    shown, hidden = upload(alice, sources), upload(alice, sources, "secret_plan.md", "# Ocean\n\nDeep water.")
    run_jobs()
    with tenant_scope(alice.organisation):
        Source.objects.for_organisation(alice.organisation).filter(pk=hidden.pk).update(showing="hidden")
        manifest = [document_of(shown).pk, document_of(hidden).pk]
        topics = topics_of(SimpleNamespace(organisation_id=alice.organisation.pk, manifest=manifest))
    assert topics.split("\n")[0] == "lease" and "Rent" in topics
    assert "Ocean" not in topics and "secret" not in topics


def test_starters_are_searched_and_what_is_private_is_not(alice, charlie, store):
    make_listing(alice, "Contract Secrets", visibility="organisation")
    assert set(names(charlie, "contract")) == {"Contract Clauses"}
    assert len(names(charlie, "know")) == 3
    with tenant_scope(charlie.organisation):
        assert not StoreWord.objects.filter(word="secrets").exists()


def test_more_words_in_common_stand_higher_and_use_decides_between_equals(alice, charlie):
    quiet = make_listing(alice, "Lease Reader", tagline="Leases")
    busy = make_listing(alice, "Lease Writer", tagline="Leases")
    change(busy, conversations=5000)
    assert names(charlie, "lease") == ["Lease Writer", "Lease Reader"]
    assert names(charlie, "lease reader")[0] == quiet.name


def test_every_filter_narrows_browsing_and_searching_alike(charlie, store):
    clauses, maths, _chinese = store
    change(
        clauses, calls_outside=True, writes_outside=True, model_family="gpt", is_verified=True, is_free=False
    )
    cases = {
        "Contract Clauses": {"hosts": "some"},
        "Sunday Maths": {"category": "learning", "hosts": "none"},
        "合同条款审查": {"language": "zh", "price": "free"},
    }
    for name, filters in cases.items():
        assert names(charlie, **filters) == [name]
        assert names(charlie, "know", **filters) == [name]
    assert names(charlie, creator="verified") == names(charlie, model="gpt") == ["Contract Clauses"]
    assert clauses.name not in names(charlie, writes="none")
    assert maths.name in names(charlie, writes="none")


def test_all_orders(charlie, store):
    first, second, third = store
    change(first, conversations=9, trend=1.0, rating=2.0)
    change(second, conversations=1, trend=5.0, rating=3.0)
    change(third, conversations=5, trend=2.0, rating=4.5)
    assert names(charlie, sort="popular") == [first.name, third.name, second.name]
    assert names(charlie, sort="trending") == [second.name, third.name, first.name]
    assert names(charlie, sort="rating") == [third.name, second.name, first.name]
    assert names(charlie, "know", sort="rating") == [third.name, second.name, first.name]


def test_an_entry_goes_and_comes_with_listing_publication_and_organisation(alice, charlie, store):
    listing = store[0]
    change(listing, state="suspended")
    assert listing.name not in names(charlie)
    change(listing, state="live")
    assert listing.name in names(charlie) and listing.name in names(charlie, "contract")
    with across_organisations(reason="a test suspends"):
        type(listing.publication).unscoped.filter(pk=listing.publication_id).update(state="suspended")
    assert listing.name not in names(charlie) + names(charlie, "contract")
    with tenant_scope(alice.organisation):
        Organisation.objects.filter(pk=alice.organisation.pk).update(suspended_at="2026-01-01T00:00Z")
    assert names(charlie) == []
    with tenant_scope(alice.organisation):
        Organisation.objects.filter(pk=alice.organisation.pk).update(suspended_at=None)
    assert len(names(charlie)) == 2


def test_nobody_writes_entries_of_others(charlie, store):
    with tenant_scope(charlie.organisation):
        assert Entry.objects.across_organisations(reason="a test").update(name="Mine") == 0


def test_a_search_in_some_of_the_store_finds_what_is_little_used(alice, charlie, store):
    with tenant_scope(charlie.organisation):
        rows = store_entries().filter(public_id=store[0].public_id)
        assert [entry.name for entry in find(rows, search="know").page.results] == ["Contract Clauses"]


def test_suggestions_while_somebody_types(charlie, store):
    with tenant_scope(charlie.organisation):
        assert [entry.name for entry in suggestions(store_entries(), "contr").entries] == ["Contract Clauses"]
        assert [one.slug for one in suggestions(store_entries(), "lear").categories] == ["learning"]
        assert not suggestions(store_entries(), "c")


def test_what_is_typed_is_never_a_query(charlie, store):
    for text in ("':u3'", "a & b | !c", "\\", "') --", "%", "&&&", "合'同", "the"):
        look(charlie, text)
    assert look(charlie, "contract", model="x' | 'y").page.results == []


def test_rest_has_every_filter(alice, charlie, store):
    change(store[0], is_verified=True)
    api = api_client_for(charlie)
    query = {"creator": "verified", "hosts": "none", "writes": "none", "price": "free", "sort": "trending"}
    rows = api.get("/api/v1/store/listings", query).json()["results"]
    assert [row["name"] for row in rows] == ["Contract Clauses"] and rows[0]["verified"] is True
    assert api.get("/api/v1/store/listings", {"hosts": "x"}).status_code == 400


def test_distances_count_swaps_once():
    pairs = {("clause", "cluase"): 1, ("clauz", "clause"): 2, ("same", "same"): 0, ("", "ab"): 2}
    assert {pair: distance(*pair) for pair in pairs} == pairs


def test_families_are_told_from_names():
    said = {
        "gpt-5.1-mini": "gpt",
        "o3-pro": "gpt",
        "claude-opus-4": "claude",
        "qwen2.5-7b": "qwen",
        "acme": "other",
    }
    assert {name: family_of({"id": name}) for name in said} == said
