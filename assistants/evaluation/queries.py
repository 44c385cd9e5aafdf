"""Questions about the tests of an assistant."""

from django.db.models import QuerySet

from assistants.building.models import Assistant
from assistants.evaluation.models import TestCase
from kernel.errors import NotFound


def test_cases(assistant: Assistant) -> QuerySet[TestCase]:
    """The tests of an assistant, for reading newest first."""
    rows: QuerySet[TestCase] = TestCase.objects.for_organisation(assistant.organisation_id)
    return rows.filter(assistant=assistant).select_related("created_by")


def test_count(assistant: Assistant) -> int:
    """How many tests an assistant has."""
    return test_cases(assistant).count()


def access_test_case(assistant: Assistant, test_id: str) -> TestCase:
    """One test of an assistant.

    Raises:
        NotFound: there is none.
    """
    found = test_cases(assistant).filter(public_id=test_id.replace("\x00", "")).first()
    if found is None:
        raise NotFound
    return found
