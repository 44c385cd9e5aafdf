"""Budgets: what may be spent in a month on an organisation, a group, a person, a key, an assistant or visitors."""
