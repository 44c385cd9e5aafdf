"""`make run`: one process manager for everything that Bottega consists of."""
