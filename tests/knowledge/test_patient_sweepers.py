"""What picks up lost work outlasts a queue that is hours long, or the work that it is for would never go on."""

import pytest

from config.schedule import schedule


@pytest.mark.parametrize(
    "name",
    [
        "resume_documents",
        "look_at_due_sources",
        "keep_embedders",
        "keep_shelves",
        "place_documents",
        "erase_placements",
    ],
)
def test_it_waits_for_workers_that_are_busy(name: str) -> None:
    assert schedule()[name]["options"]["expires"] >= 3600
