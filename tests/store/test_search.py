"""Finding listings: words, beginnings, misspellings; English and Chinese."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.tenancy import tenant_scope
from store.queries import SORTS, search_listings, store_entries
from tests.factories.store import make_listing
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf(alice):
    """Four listings in two languages."""
    make_listing(
        alice,
        "Clause by Clause",
        tagline="Reads a contract with you",
        category="law",
        description="Leases, rent and deposits.",
    )
    make_listing(alice, "Sunday Maths", tagline="Explains fractions to children", category="learning")
    make_listing(
        alice, "合同管家", tagline="列出合同里的期限、金额和例外条款", category="law", language="zh-hans"
    )
    make_listing(alice, "面包工坊", tagline="天然酵母与发酵时间", category="home", language="zh-hans")


def found(actor, search="", **filters):
    with tenant_scope(actor.organisation):
        return [row.name for row in search_listings(store_entries(), search=search, **filters).results]


FIRST = {
    "clause": "Clause by Clause",
    "contracts": "Clause by Clause",
    "deposit": "Clause by Clause",
    "frac": "Sunday Maths",
    "Cluase": "Clause by Clause",
    "sundy math": "Sunday Maths",
    "MATHS": "Sunday Maths",
    "合同": "合同管家",
    "合同的期限": "合同管家",
    "发酵": "面包工坊",
    "面包": "面包工坊",
    "酵": "面包工坊",
}


def test_words_beginnings_and_misspellings_are_found_in_both_languages(charlie, shelf):
    assert {search: found(charlie, search)[:1] for search in FIRST} == {
        search: [name] for search, name in FIRST.items()
    }


def test_what_is_not_there_is_not_found_and_nothing_breaks(charlie, shelf):
    for search in ("zebra", "量子", "'", "a\x00b"):
        assert found(charlie, search) in ([], found(charlie, "")), search
    assert len(found(charlie, "& | ! ( ) :*")) == 4


def test_words_stand_before_names_that_only_look_alike(alice, charlie):
    make_listing(alice, "Sandbox", tagline="Tries things out")
    make_listing(alice, "Bakery", tagline="Sandwiches for the whole office")
    assert found(charlie, "sandwich")[:1] == ["Bakery"]


def test_an_empty_search_shows_everything(charlie, shelf):
    assert len(found(charlie)) == 4


def test_filters_by_category_and_language(charlie, shelf):
    assert set(found(charlie, category="law")) == {"Clause by Clause", "合同管家"}
    assert set(found(charlie, language="zh")) == {"合同管家", "面包工坊"}
    assert found(charlie, category="law", language="en") == ["Clause by Clause"]


def test_pages_show_every_listing_once_in_every_order(charlie, shelf):
    for sort in SORTS:
        names, cursor = [], None
        with tenant_scope(charlie.organisation):
            while True:
                page = search_listings(store_entries(), search="", sort=sort, cursor=cursor, limit=2)
                names += [row.name for row in page.results]
                cursor = page.next
                if cursor is None:
                    break
        assert len(names) == len(set(names)) == 4, sort


def test_pages_of_a_search_by_relevance_show_every_match_once(alice, charlie):
    for number in range(5):
        make_listing(alice, f"Contract helper {number}", tagline="Contracts" + " and more" * number)
    names, cursor = [], None
    with tenant_scope(charlie.organisation):
        while True:
            page = search_listings(store_entries(), search="contract", cursor=cursor, limit=2)
            names += [row.name for row in page.results]
            cursor = page.next
            if cursor is None:
                break
    assert sorted(names) == [f"Contract helper {number}" for number in range(5)]


PATHS = (
    "/",
    "/store/search?search=contract",
    "/store/category/law",
    "/directory/",
    "/api/v1/store/listings",
    "/api/v1/listings",
    "/sitemap.xml",
)


def test_every_page_asks_the_same_number_of_questions_whatever_it_shows(alice):
    make_listing(alice, "Contract helper", category="law")
    browser = client_for(alice)
    before = {path: questions(browser, path) for path in PATHS}
    for number in range(6):
        make_listing(alice, f"Contract helper {number}", category="law")
    assert {path: questions(browser, path) for path in PATHS} == before


def questions(browser, path):
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)
