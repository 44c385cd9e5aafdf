"""Assistants: the draft that is edited, the versions that stay as they are, and the publication that people use."""

from assistants.building.models.assistant import BIN_DAYS, Assistant, Draft
from assistants.building.models.portability import ImportReport
from assistants.building.models.release import Publication, Release, Rollout, ScheduledRelease, Version
from assistants.building.models.workshop import DraftChange, WorkshopMessage

__all__ = [
    "BIN_DAYS",
    "Assistant",
    "Draft",
    "DraftChange",
    "ImportReport",
    "Publication",
    "Release",
    "Rollout",
    "ScheduledRelease",
    "Version",
    "WorkshopMessage",
]
