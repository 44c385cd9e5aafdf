"""Forecasts and times of dashboards: arithmetic, without a database."""

from datetime import date, timedelta

import pytest

from billing.dashboards.forecast import forecast_of
from billing.dashboards.periods import Span, span_of
from kernel.errors import InvalidInput
from kernel.money import format_money
from web.charts import LineChart, Series

NOW = date(2026, 11, 20)  # a Friday
END = date(2026, 11, 30)


def weeks(count, weekday, weekend):
    """What whole weeks before now earned, the same each week."""
    days = [NOW - timedelta(days=n) for n in range(1, count * 7 + 1)]
    return {day: weekend if day.weekday() >= 5 else weekday for day in days}


def test_each_day_to_come_is_the_mean_of_its_weekday():
    found = forecast_of(weeks(4, 100, 20), now=NOW, end=END, so_far=1_000)
    assert found.days[date(2026, 11, 21)] == 20
    assert found.days[date(2026, 11, 23)] == 100
    assert found.expected == 1_000 + 6 * 100 + 4 * 20
    assert found.low == found.high == found.expected


def test_uneven_weeks_widen_the_band_and_what_is_earned_is_never_lost():
    uneven = {day: value * (day.toordinal() // 7 % 2) for day, value in weeks(4, 100, 20).items()}
    found = forecast_of(uneven, now=NOW, end=END, so_far=1_000)
    assert 1_000 <= found.low < found.expected < found.high


def test_two_weeks_are_enough_and_less_is_not():
    assert forecast_of(weeks(2, 100, 20), now=NOW, end=END, so_far=0) is not None
    assert forecast_of(weeks(1, 100, 20), now=NOW, end=END, so_far=0) is None
    assert forecast_of({}, now=NOW, end=END, so_far=0) is None


def test_a_month_that_is_over_has_no_forecast():
    assert forecast_of(weeks(4, 100, 20), now=NOW, end=NOW, so_far=0) is None


def test_a_year_has_twelve_months_and_a_month_its_days():
    year = span_of(period="year")
    assert len(year.columns) == len(year.labels) == 12
    month = Span(date(2026, 2, 1), date(2026, 2, 28), by_month=False)
    assert len(month.columns) == 28
    assert month.summed([(date(2026, 2, 3), 5), (date(2026, 2, 3), 2)])[2] == 7


@pytest.mark.parametrize("month", ["2099-01", "1999-12", "13", "2026-13"])
def test_a_month_that_is_none_is_refused(month):
    with pytest.raises(InvalidInput):
        span_of(month=month)


def test_a_sum_below_zero_has_its_sign_in_front():
    assert format_money(-2_800_000, "EUR") == "\N{MINUS SIGN}€2.80"
    assert format_money(-40_000, "CHF") == "\N{MINUS SIGN}CHF 0.0400"


def test_a_line_leaves_a_gap_where_there_is_no_number():
    nan = float("nan")
    chart = LineChart(
        title="Left",
        sentence="What is left",
        labels=["1", "2", "3"],
        series=[Series("Left", [4, 2, nan], 1), Series("Expected", [nan, 2, 0], 4)],
    )
    assert chart.svg.count("<polyline") == 2
    assert "nan" not in chart.svg
    assert chart.table[2] == ("3", ["–", "0"])
    assert not chart.empty
