"""Prepaid credit: bought, given, given back, and what became of it."""
