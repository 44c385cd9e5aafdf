"""Settings, URLs and processes: what puts the rooms together."""
