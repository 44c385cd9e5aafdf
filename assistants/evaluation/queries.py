"""Questions about the tests of an assistant."""

from collections.abc import Iterable

from django.db.models import QuerySet

from assistants.building.models import Assistant
from assistants.evaluation.models import TestCase, TestRun
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


def latest_runs(tests: Iterable[TestCase], content_hash: str) -> dict[int, TestRun]:
    """The last run of each test with one content, by the tests' primary keys."""
    keys = {test.pk: test for test in tests}
    if not keys:
        return {}
    organisation_id = next(iter(keys.values())).organisation_id
    rows = TestRun.objects.for_organisation(organisation_id).filter(
        test_id__in=list(keys), content_hash=content_hash
    )
    return {run.test_id: run for run in rows.order_by("test_id", "-id").distinct("test_id")}


def access_run(assistant: Assistant, run_id: str) -> TestRun:
    """One run of an assistant's tests.

    Raises:
        NotFound: there is none.
    """
    rows = TestRun.objects.for_organisation(assistant.organisation_id).select_related("test")
    found: TestRun | None = rows.filter(
        test__assistant=assistant, public_id=run_id.replace("\x00", "")
    ).first()
    if found is None:
        raise NotFound
    return found
