"""What creators see of their listings: counts by day and version, and nothing by which somebody is recognised."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from store.counting.days import COLUMNS
from store.insights.counts import added_up, change
from store.insights.hiding import Cell, cell_of, covered
from store.insights.page import InsightsPage
from store.insights.period import Period, last_days, period_between
from store.models import Listing, ListingDay
from tests.factories.store import make_listing, make_published
from tests.fixtures.people import client_for

TODAY = datetime.now(UTC).date()
WEEK = Period(date(2026, 3, 2), date(2026, 3, 8))


def row(day: date, version: int = 1, **counts: int) -> dict[str, Any]:
    return {"day": day, "version_number": version} | dict.fromkeys(COLUMNS, 0) | counts


def add_day(listing: Listing, *, ago: int = 0, version: int = 1, **counts: int) -> None:
    with tenant_scope(listing.organisation_id):
        ListingDay.objects.create(
            organisation_id=listing.organisation_id,
            listing=listing,
            day=TODAY - timedelta(days=ago),
            version_number=version,
            **counts,
        )


def test_small_numbers_are_kept_back() -> None:
    assert [cell_of(n).text for n in (0, 1, 4, 5)] == ["0", "<5", "<5", "5"]
    assert cell_of(120, people=4).value is None
    assert cell_of(120, people=5).value == 120


def test_one_that_is_kept_back_is_not_told_by_the_sum() -> None:
    shown = covered([cell_of(n) for n in (12, 3, 7, 0)])
    assert [cell.text for cell in shown] == ["12", "<5", "–", "0"]
    assert [cell.text for cell in covered([cell_of(n) for n in (2, 3, 9)])] == ["<5", "<5", "9"]


def test_what_few_people_did_is_kept_back_however_much_it_is() -> None:
    found = added_up([row(WEEK.start, people=2, turns=80, opens=9)], WEEK)
    assert found.total.cell("turns").value is None
    assert found.total.cell("opens").value == 9
    assert found.total.failed is None


def test_one_person_on_many_days_stays_one_person() -> None:
    rows = [row(day, people=1, returns=int(n > 0), turns=9) for n, day in enumerate(WEEK.days)]
    found = added_up(rows, WEEK)
    assert found.total.crowd == 1
    assert found.total.cell("turns").value is None


def test_an_outage_shows_although_nobody_got_an_answer() -> None:
    found = added_up([row(WEEK.start, turns=40, failed=40)], WEEK)
    assert (found.total.cell("failed").value, found.total.failed) == (40, 100)
    assert found.total.cell("turns").value is None


def test_days_versions_and_the_days_before_are_told_apart() -> None:
    found = added_up(
        [
            row(WEEK.start - timedelta(days=1), people=10, turns=10, conversations=10),
            row(WEEK.start, 1, people=10, turns=20, conversations=15),
            row(WEEK.end, 2, people=8, turns=16, conversations=10, helpful=9, unhelpful=1, timed=16, milliseconds=32000),
        ],
        WEEK,
    )  # fmt: skip
    total, before = found.total.cells, found.before.cells
    assert (total["turns"].value, before["turns"].value) == (36, 10)
    assert list(found.versions) == [2, 1]
    assert found.versions[2].cell("turns").value == 16
    assert (found.total.helpful, found.total.seconds) == (90, 2.0)
    assert change(total["conversations"], before["conversations"]) == 150
    assert change(total["conversations"], Cell(None, "<5")) is None


def test_a_program_asks_for_a_week_at_least() -> None:
    assert period_between(None, TODAY) == last_days(30)
    for start, end in ((TODAY - timedelta(days=5), TODAY), (TODAY, TODAY - timedelta(days=9))):
        with pytest.raises(InvalidInput):
            period_between(start, end)


@pytest.fixture
def listing(alice: Actor) -> Listing:
    return make_listing(alice, "Reply Desk")


@pytest.fixture
def counted(listing: Listing) -> Listing:
    add_day(
        listing,
        ago=1,
        impressions=900,
        opens=200,
        conversations=40,
        people=30,
        turns=90,
        installs=12,
        returns=6,
    )
    add_day(
        listing, ago=2, version=2, impressions=300, opens=50, conversations=20, people=18, turns=30, refused=6
    )
    add_day(listing, ago=3, people=1, turns=77, conversations=1)
    return listing  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_the_funnel_charts_and_versions(alice: Actor, counted: Listing) -> None:
    address = f"/store/insights/{counted.publication.assistant_public_id}"
    page = client_for(alice).get(address, {"days": "7", "show": "turns"}).content.decode()
    for words in (
        "From being shown to coming back",
        "1.2k",
        "21% of the step before",
        "By version",
        "few people",
    ):
        assert words in page
    assert ">77<" not in page
    assert "<svg" in page
    assert InsightsPage(counted, days="9").period == last_days(30)


@pytest.mark.django_db(transaction=True)
def test_an_assistant_without_counts_or_page_says_what_to_do(alice: Actor, listing: Listing) -> None:
    client = client_for(alice)
    page = client.get(f"/store/insights/{listing.publication.assistant_public_id}").content.decode()
    assert "Nothing was counted yet" in page
    bare = make_published(alice)
    assert "It has no page yet" in client.get(f"/store/insights/{bare.public_id}").content.decode()
    assert client.get(f"/store/insights/{bare.public_id}/export").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_overview_lists_own_listings(alice: Actor, charlie: Actor, counted: Listing) -> None:
    page = client_for(alice).get("/store/insights/").content.decode()
    assert "Reply Desk" in page
    assert "1.2k" in page
    assert "No listings yet" in client_for(charlie).get("/store/insights/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_foreign_and_a_missing_one_answer_alike(bob: Actor, charlie: Actor, counted: Listing) -> None:
    for client in (client_for(charlie),):
        for wanted in (counted.publication.assistant_public_id, "asst_missing"):
            for part in ("", "/export"):
                assert client.get(f"/store/insights/{wanted}{part}").status_code == 404
        for wanted in (counted.public_id, "lst_missing"):
            assert client.get(f"/api/v1/listings/{wanted}/insights").status_code == 404
    assert client_for(bob).get("/store/insights/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_download_and_rest_keep_back_the_same(alice: Actor, counted: Listing) -> None:
    client = client_for(alice)
    text = client.get(
        f"/store/insights/{counted.publication.assistant_public_id}/export", {"days": "7"}
    ).content.decode()
    rows = {line.split(",")[0]: line for line in text.splitlines()}
    assert len(rows) == 8
    assert "77" not in rows[str(TODAY - timedelta(days=3))]
    assert "900" in rows[str(TODAY - timedelta(days=1))]
    start = TODAY - timedelta(days=6)
    answer = client.get(
        f"/api/v1/listings/{counted.public_id}/insights", {"from": str(start), "to": str(TODAY)}
    ).json()
    assert (answer["from"], answer["total"]["impressions"]) == (str(start), 1200)
    assert answer["days"][3]["turns"] is None
    assert [version["version"] for version in answer["versions"]] == [2, 1]
    wrong = client.get(f"/api/v1/listings/{counted.public_id}/insights", {"from": str(TODAY)})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "from")
