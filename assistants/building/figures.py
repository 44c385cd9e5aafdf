"""A candidate beside the version that it may follow, in figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Literal

from assistants.building.models import Rollout, Version
from assistants.turns.figures import TurnFigures, figures_of_versions
from kernel import registries
from kernel.registries import VersionOpinions

FEWEST = 30
Z_95 = 1.96
Verdict = Literal["too_few", "alike", "better", "worse"]


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """What one version came to since a roll-out began; shares are None where nothing was counted."""

    number: int
    version_id: str
    turns: TurnFigures
    opinions: VersionOpinions

    @property
    def failed_share(self) -> float | None:
        return share_of(self.turns.failed, self.turns.turns)

    @property
    def stopped_share(self) -> float | None:
        return share_of(self.turns.stopped, self.turns.turns)

    @property
    def good_share(self) -> float | None:
        return share_of(self.opinions.up, self.opinions.up + self.opinions.down)

    @property
    def supported_share(self) -> float | None:
        return share_of(self.turns.supported, self.turns.checked)

    @property
    def tokens_an_answer(self) -> float | None:
        return share_of(self.turns.tokens, self.turns.turns)

    @property
    def cost_an_answer(self) -> int | None:
        exact = share_of(self.turns.cost, self.turns.turns)
        return None if exact is None else round(exact)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both versions of a roll-out, and whether they can be told apart by what was counted."""

    base: VersionFigures
    candidate: VersionFigures

    @property
    def both(self) -> Sequence[VersionFigures]:
        return (self.base, self.candidate)

    @property
    def answers(self) -> Verdict:
        """Whether the candidate's answers fail less or more often."""
        old, new = self.base.turns, self.candidate.turns
        return told_apart(old.turns - old.failed, old.turns, new.turns - new.failed, new.turns)

    @property
    def opinions(self) -> Verdict:
        """Whether people like the candidate's answers more or less."""
        old, new = self.base.opinions, self.candidate.opinions
        return told_apart(old.up, old.up + old.down, new.up, new.up + new.down)


def figures_of_rollout(rollout: Rollout) -> SideBySide:
    """Count for both versions of a roll-out since it began; call inside the organisation's scope."""
    base, candidate = _figures((rollout.base, rollout.candidate), rollout.started_at)
    return SideBySide(base, candidate)


def _figures(versions: Sequence[Version], since: datetime) -> list[VersionFigures]:
    names = [version.public_id for version in versions]
    turns, opinions = figures_of_versions(names, since), registries.version_opinions.get()(names, since)
    return [
        VersionFigures(
            version.number,
            version.public_id,
            turns.get(version.public_id, TurnFigures()),
            opinions.get(version.public_id, VersionOpinions()),
        )
        for version in versions
    ]


def share_of(part: float, whole: int) -> float | None:
    """A share; None of nothing."""
    return part / whole if whole else None


def told_apart(good_before: int, before: int, good_after: int, after: int) -> Verdict:
    """Compare two shares by the interval of their difference (Agresti and Caffo, 95 %)."""
    if min(before, after) < FEWEST:
        return "too_few"
    old, new = (good_before + 1) / (before + 2), (good_after + 1) / (after + 2)
    width = Z_95 * sqrt(old * (1 - old) / (before + 2) + new * (1 - new) / (after + 2))
    if abs(new - old) <= width:
        return "alike"
    return "better" if new > old else "worse"
