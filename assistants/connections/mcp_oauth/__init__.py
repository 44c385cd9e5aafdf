"""OAuth to MCP servers (MCP 2026-07-28, authorization): discovery, registration, and a profile like any other."""

from assistants.connections.mcp_oauth.discovery import (
    Discovery,
    DiscoveryFailed,
    discover,
    discover_issuer,
)
from assistants.connections.mcp_oauth.profile import make_mcp_profile

__all__ = ["Discovery", "DiscoveryFailed", "discover", "discover_issuer", "make_mcp_profile"]
