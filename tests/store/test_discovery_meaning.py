"""Finding assistants by what is meant: no word in common, another language, and vectors that follow what listings say."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from kernel.tenancy import across_organisations, tenant_scope
from providers.environment import trust_environment
from store.actions import embed_entries as embedding
from store.actions.embed_entries import embed_entries
from store.discovery.meaning import question_of
from store.discovery.meaning.questions import forget_questions
from store.discovery.narrowing import Narrowing
from store.discovery.search import SearchMovedOn, find
from store.models import EntryMeaning, Listing, MeaningDue
from store.queries import store_entries
from tests.factories.store import make_listing
from tests.fakes.model_server import DIMENSIONS
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _unasked():
    forget_questions()
    yield
    forget_questions()


@pytest.fixture
def store(alice):
    """Four listings, one of them Chinese, with their vectors."""
    listings = [
        make_listing(
            alice,
            "Contract Clauses",
            tagline="Reads leases with you",
            category="law",
            description="Upload a rental contract and see what each clause means for a tenant.",
        ),
        make_listing(
            alice,
            "Sunday Maths",
            tagline="Explains fractions",
            category="learning",
            description="A patient tutor of arithmetic for primary school.",
        ),
        make_listing(alice, "周末菜谱", tagline="用冰箱里的东西做饭", category="home", language="zh-hans"),
        make_listing(alice, "Invoice Chaser", tagline="Polite letters to customers who have not paid"),
    ]
    assert embed_entries() == 4
    return listings


def look(actor, text, *, cursor=None, limit=25, sort="", question=True, **filters):
    asked = question_of(text, patience=30) if question else None
    with tenant_scope(actor.organisation):
        wanted = Narrowing(**filters)
        return find(
            store_entries(), search=text, wanted=wanted, question=asked, cursor=cursor, limit=limit, sort=sort
        )


def names(actor, text, **how):
    return [entry.name for entry in look(actor, text, **how).page.results]


def change(listing, **values):
    with across_organisations(reason="a test counts"):
        Listing.unscoped.filter(pk=listing.pk).update(**values)


def test_a_search_that_shares_no_word_with_a_listing_finds_it_in_either_language(charlie, store):
    for text, name in [
        ("agreement with my landlord", "Contract Clauses"),
        ("房东不退押金", "Contract Clauses"),
        ("孩子的数学作业", "Sunday Maths"),
        ("dinner ideas", "周末菜谱"),
        ("怎么催客户付款", "Invoice Chaser"),
    ]:
        assert name not in names(charlie, text, question=False)
        assert names(charlie, text)[0] == name


def test_what_means_nothing_here_finds_nothing(charlie, store):
    assert names(charlie, "football results") == []


def test_pages_and_rest_search_by_meaning(alice, charlie, client, store):
    question_of("agreement with my landlord", patience=30)
    page = client.get("/store/search", {"search": "agreement with my landlord"}).content.decode()
    assert "Contract Clauses" in page and "Sunday Maths" not in page
    rows = api_client_for(charlie).get("/api/v1/store/listings", {"search": "agreement with my landlord"})
    assert [row["name"] for row in rows.json()["results"]] == ["Contract Clauses"]


def test_words_that_are_said_stand_before_what_is_only_meant(alice, charlie, store):
    make_listing(alice, "Landlord", tagline="A game of houses")
    embed_entries()
    assert names(charlie, "landlord")[0] == "Landlord"


def test_filters_and_orders_hold_for_what_is_meant(charlie, store):
    assert names(charlie, "tenant rights", category="law") == ["Contract Clauses"]
    assert names(charlie, "tenant rights", category="home") == []
    assert names(charlie, "tenant rights", sort="popular") == ["Contract Clauses"]


def test_only_what_an_organisation_shows_its_people_is_found(charlie, store):
    asked = question_of("agreement with my landlord", patience=30)
    with tenant_scope(charlie.organisation):
        some = store_entries().exclude(public_id=store[0].public_id)
        assert find(some, search="agreement with my landlord", question=asked).page.results == []


def test_what_is_suspended_is_gone_at_once_and_comes_back(charlie, store):
    change(store[0], state="suspended")
    assert names(charlie, "tenant rights") == []
    with across_organisations(reason="a test looks"):
        assert not EntryMeaning.unscoped.filter(pk=store[0].pk).exists()
    change(store[0], state="live")
    embed_entries()
    assert names(charlie, "tenant rights") == ["Contract Clauses"]


def test_vectors_are_made_once_and_again_only_of_other_words(alice, store):
    assert embed_entries() == 0
    change(store[0], conversations=100)  # its marks change, and none of its words
    assert MeaningDue.objects.count() == 1
    assert embed_entries() == 0 and not MeaningDue.objects.exists()


def test_a_killed_run_leaves_its_batch_to_be_taken_again(alice, charlie):
    make_listing(alice, "Contract Clauses", tagline="Reads leases with you")
    _lease, taken = embedding._take()
    assert len(taken) == 1 and embed_entries() == 0
    MeaningDue.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert embed_entries() == 1
    assert names(charlie, "agreement with my landlord") == ["Contract Clauses"]


def test_words_that_change_while_a_vector_is_made_stay_due(alice, store):
    with across_organisations(reason="a test marks"):
        MeaningDue.objects.create(listing=store[0])
    lease, taken = embedding._take()
    MeaningDue.objects.update(due_at=timezone.now())
    embedding._embed(embedding.known_model(embedding.chosen_model()), taken, lease)
    assert MeaningDue.objects.count() == 1


def test_pages_fit_each_other_whether_meaning_joined_or_not(alice, charlie):
    for number in range(6):
        make_listing(alice, f"Lease Reader {number}", tagline="Reads leases with you")
    embed_entries()
    first = look(charlie, "lease reader", limit=4)
    rest = look(charlie, "lease reader", limit=4, cursor=first.page.next)
    found = [entry.name for entry in [*first.page.results, *rest.page.results]]
    assert len(found) == len(set(found)) == 6
    with pytest.raises(SearchMovedOn):
        look(charlie, "lease reader", limit=4, cursor=first.page.next, question=False)
    words = look(charlie, "lease reader", limit=4, question=False)
    late = look(charlie, "lease reader", limit=4, cursor=words.page.next)
    found = [entry.name for entry in [*words.page.results, *late.page.results]]
    assert len(found) == len(set(found)) == 6


def test_without_a_model_or_in_time_words_do_alone(alice, charlie, settings):
    make_listing(alice, "Contract Clauses", tagline="Reads leases with you")
    assert question_of("agreement with my landlord") is None  # nothing was embedded yet
    embed_entries()
    forget_questions()
    settings.EMBEDDING_MODEL = "gone/away"
    assert question_of("agreement with my landlord") is None and embed_entries() == 0
    assert names(charlie, "contract") == ["Contract Clauses"]


def test_another_model_takes_over_in_the_background(alice, charlie, settings, model_server, store):
    settings.OPENAI_BASE_URL, settings.EMBEDDING_MODEL = model_server.base_url, "embed"
    trust_environment()
    call_command("sync_models")
    forget_questions()
    assert names(charlie, "contract clauses")[0] == "Contract Clauses"  # words do meanwhile
    assert embed_entries() == 4 and embed_entries() == 0
    with across_organisations(reason="a test looks"):
        [model] = set(EntryMeaning.unscoped.values_list("embedder", flat=True))
        assert model.startswith("openai/embed#")
        assert {len(row.embedding) for row in EntryMeaning.unscoped.all()} == {DIMENSIONS}
    forget_questions()
    asked = question_of("reads leases", patience=30)
    assert asked.model == model and names(charlie, "reads leases")[0] == "Contract Clauses"
