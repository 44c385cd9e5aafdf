"""Whether what a listing says about data is what it does."""

from collections.abc import Iterator

from store.disclosing.statements import contradictions
from store.moderation.findings import MINOR, SERIOUS, Finding
from store.moderation.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Every statement that the facts contradict."""
    for found in contradictions(subject.listing):
        facts = {"quote": str(found.quote)[:160], "fact": str(found.fact)[:300]}
        severity = SERIOUS if found.severity == SERIOUS else MINOR
        yield Finding("statement_differs", severity, found.field or "statements", facts)
