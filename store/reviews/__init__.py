"""What people say about assistants, and what it counts for."""
