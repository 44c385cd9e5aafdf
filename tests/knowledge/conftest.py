"""What tests of knowledge share."""

from collections.abc import Iterator

import pytest
from django.db import connection

from assistants.knowledge.models import Shelf
from kernel.tenancy import across_organisations

TEST = "tests clean up after themselves"


@pytest.fixture
def shelves(transactional_db: None) -> Iterator[None]:
    """Shelves that a test makes go with it: emptying the tables of their rows would leave theirs behind."""
    yield
    connection.close()
    with across_organisations(reason=TEST, durable=True):
        Shelf.objects.across_organisations(reason=TEST).delete()
