"""The publish check: nothing goes live before somebody found the answers good to the questions that have to be answered well."""

from collections.abc import Sequence

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.building.freezing import hash_of_draft
from assistants.building.models import Assistant
from assistants.building.queries import draft_of, specification_of, versions
from assistants.building.specification import Specification
from assistants.evaluation.models import TestCase, TestRun
from assistants.evaluation.queries import latest_runs, test_cases
from kernel.registries import PublishCheck, PublishProblem
from organisations.actors import Actor

SHOWN, LONGEST = 3, 60
UNASKED = gettext_lazy("Ask these required tests of the draft as it is now, under Tests: %(questions)s.")
UNREAD = gettext_lazy("Say under Tests whether the answers to these required tests are good: %(questions)s.")
FAILED = gettext_lazy("The answers to these required tests are not good yet: %(questions)s.")


def check_required(
    actor: Actor, assistant: Assistant, specification: Specification
) -> Sequence[PublishProblem]:
    """Every required test was asked of exactly this content, and its latest answer found good."""
    required = list(test_cases(assistant).filter(required=True).order_by("id"))
    if not required:
        return []
    runs = latest_runs(required, _hash_of(assistant, specification))
    missing: dict[str, list[TestCase]] = {"tests_unasked": [], "tests_unread": [], "tests_failed": []}
    for test in required:
        run = runs.get(test.pk)
        if run is None:
            missing["tests_unasked"].append(test)
        elif run.verdict == TestRun.Verdict.OPEN:
            missing["tests_unread"].append(test)
        elif run.verdict == TestRun.Verdict.FAILED:
            missing["tests_failed"].append(test)
    words = {"tests_unasked": UNASKED, "tests_unread": UNREAD, "tests_failed": FAILED}
    return [
        PublishProblem(code, str(words[code]) % {"questions": _named(tests)})
        for code, tests in missing.items()
        if tests
    ]


def _hash_of(assistant: Assistant, specification: Specification) -> str:
    """The hash of what is looked at: of the draft, or of the latest version that says the same."""
    if specification_of(draft_of(assistant)).written() == specification.written():
        return hash_of_draft(assistant)
    rows = versions(assistant).filter(specification=specification.document()).order_by("-number")
    return str(rows.values_list("content_hash", flat=True).first() or "")


def _named(tests: Sequence[TestCase]) -> str:
    names = [f"“{Truncator(test.question).chars(LONGEST)}”" for test in tests[:SHOWN]]
    more = len(tests) - len(names)
    return ", ".join(names) + (_(", and %(count)s more") % {"count": more} if more else "")


CHECK = PublishCheck("evaluation", check_required, gettext_lazy("Required tests are answered well"))
