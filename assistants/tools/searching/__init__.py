"""Searching the web: the tool, and the services that it asks."""
