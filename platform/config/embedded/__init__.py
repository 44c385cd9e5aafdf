"""Real services from wheels, for a machine that has none: PostgreSQL, Valkey and local chat models."""
