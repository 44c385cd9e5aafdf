"""What reports weigh: a crowd of new accounts is no crowd, and who was right before counts more."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from store.models import Report
from store.moderation.reasons import REPORT_REASONS


def weight_of(age: timedelta, *, confirmed: bool, own: bool, trust: float) -> float:
    """What a report weighs, 0.02 to 1.5.

    Args:
        age: of the reporter's account.
        confirmed: whether their e-mail address is.
        own: whether they act in the listing's own organisation.
        trust: 0.3 to 1.5, as `trust_of` says.
    """
    steps = ((timedelta(days=1), 0.2), (timedelta(days=7), 0.5), (timedelta(days=30), 0.8))
    base = next((weight for limit, weight in steps if age < limit), 1.0)
    return round(base * (1.0 if confirmed else 0.5) * (0.2 if own else 1.0) * trust, 3)


def trust_of(*, right: int, all_: int) -> float:
    """How far somebody's decided reports were right, drawn towards 1 while there are few: 0.3 to 1.5."""
    share = (right + 2) / (all_ + 4)
    return round(0.3 + 1.2 * share if all_ else 1.0, 3)


def sums_by_reason(reports: Iterable[Report]) -> dict[str, float]:
    """What the reports of each reason weigh together; young accounts of one organisation count as the heaviest of them."""
    single: dict[str, float] = defaultdict(float)
    crowds: dict[tuple[str, int], float] = defaultdict(float)
    for report in reports:
        if report.is_young:
            crowd = (report.reason, report.from_organisation)
            crowds[crowd] = max(crowds[crowd], report.weight)
        else:
            single[report.reason] += report.weight
    for (reason, _organisation), weight in crowds.items():
        single[reason] += weight
    return dict(single)


def reasons_reached(reports: Iterable[Report]) -> list[str]:
    """The reasons whose reports weigh enough for somebody to look, or all where together they weigh as much as the highest."""
    sums = sums_by_reason(reports)
    reached = [
        reason
        for reason, total in sums.items()
        if reason in REPORT_REASONS and total >= REPORT_REASONS[reason].threshold
    ]
    highest = max(reason.threshold for reason in REPORT_REASONS.values())
    return reached or (sorted(sums) if sum(sums.values()) >= highest else [])
