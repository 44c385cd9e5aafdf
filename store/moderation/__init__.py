"""Publishing and moderation: what is looked at, by whom, until when, and what may follow from it."""
