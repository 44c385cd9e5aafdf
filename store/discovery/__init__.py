"""Finding assistants in the store: browsing, searching, suggestions, and what the front page shows."""
