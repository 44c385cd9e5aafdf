"""What is counted about listings: how often they were shown, opened, asked and kept. Never who it was."""

from store.counting.visits import note_impressions, note_listed, note_open

__all__ = ["note_impressions", "note_listed", "note_open"]
