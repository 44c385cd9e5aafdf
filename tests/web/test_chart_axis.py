"""The axis of a chart."""

import pytest

from web.charts import round_step


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (1, 1), (3, 1), (4, 1), (5, 2), (30, 8), (97, 25), (1000, 250)]
)
def test_counts_get_whole_distances(highest: int, step: float) -> None:
    assert round_step(highest) == step


@pytest.mark.parametrize(("highest", "step"), [(0.5, 0.15), (3.0, 0.8), (12.5, 4.0)])
def test_sums_may_have_parts(highest: float, step: float) -> None:
    assert round_step(highest) == pytest.approx(step)
