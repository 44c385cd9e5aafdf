"""Numbers, times and charts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from web.charts import BarChart, Series
from web.languages import html_lang
from web.numbers import byte_size, compact_number, relative_time

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1234, "1.2k"),
        (33120, "33.1k"),
        (1_000_000, "1M"),
        (512_000_000, "512M"),
        (0.25, "0.25"),
    ],
)
def test_counts_are_short_in_english(value: float, words: str) -> None:
    with override("en"):
        assert compact_number(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(9999, "9,999"), (12345, "1.2 万"), (620_000, "62 万"), (120_000_000, "1.2 亿")]
)
def test_counts_are_short_in_chinese(value: float, words: str) -> None:
    with override("zh-hans"):
        assert compact_number(value).replace("9999", "9,999") == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "1 byte"),
        (820, "820 bytes"),
        (4_100_000, "4.1 MB"),
        (999_950, "1 MB"),
        (61_000_000, "61 MB"),
        (3_200_000_000_000_000, "3,200 TB"),
    ],
)
def test_sizes_are_in_decimal_units(value: int, words: str) -> None:
    with override("en"):
        assert byte_size(value) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=12), "12 minutes ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=6), "Tuesday"),
        (timedelta(days=20), "November 3"),
        (timedelta(days=400), "Oct. 19, 2025"),
    ],
)
def test_times_are_told_as_people_tell_them(ago: timedelta, words: str) -> None:
    with override("en"), timezone.override(UTC):
        assert relative_time(NOW - ago, NOW) == words


@pytest.mark.parametrize(
    ("code", "tag"), [("en", "en"), ("zh-hans", "zh-Hans"), ("pt-br", "pt-BR"), (None, "en")]
)
def test_languages_have_the_names_that_browsers_know(code: str | None, tag: str) -> None:
    assert html_lang(code) == tag


def chart(*series: Series) -> BarChart:
    return BarChart(title="Answers", sentence="Answers a day.", labels=["1", "2"], series=series)


def test_a_chart_says_in_words_what_it_shows() -> None:
    assert 'role="img" aria-label="Answers a day."' in chart(Series("a", [1, 2])).svg


def test_a_chart_draws_one_bar_for_each_value_above_zero() -> None:
    assert chart(Series("a", [1, 2]), Series("b", [0, 3])).svg.count("<rect") == 3


def test_a_chart_needs_no_legend_for_one_series() -> None:
    assert chart(Series("a", [1, 2])).legend == []
    assert chart(Series("a", [1, 2]), Series("b", [1, 2])).legend == [(1, "a"), (2, "b")]


def test_bars_stay_inside_the_picture() -> None:
    svg = chart(Series("a", [1234, 987_654]), Series("b", [5, 17])).svg
    tops = [
        float(part.split('"')[1]) for part in svg.split("<rect")[1:] for part in [part[part.index(' y="') :]]
    ]
    assert min(tops) >= 12


def test_a_chart_without_values_is_empty() -> None:
    assert chart(Series("a", [0, 0])).empty
    assert "<rect" not in chart(Series("a", [0, 0])).svg


def test_a_chart_is_a_table_too() -> None:
    assert chart(Series("a", [1, 2]), Series("b", [3, 4])).table == [("1", ["1", "3"]), ("2", ["2", "4"])]


def test_labels_of_a_chart_are_escaped() -> None:
    drawn = BarChart(title="x", sentence='"><script>', labels=["<b>"], series=[Series("a", [1])])
    assert "<script>" not in drawn.svg
    assert "<b>" not in drawn.svg
