"""How actions sign their calls, whose credentials there are, and consents that are under way."""

from assistants.connections.models.attempts import OAuthAttempt, OAuthClient
from assistants.connections.models.connections import Connection
from assistants.connections.models.profiles import AuthProfile

__all__ = ["AuthProfile", "Connection", "OAuthAttempt", "OAuthClient"]
