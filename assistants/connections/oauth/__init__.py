"""OAuth 2 as a client: RFC 6749, 7636 (PKCE), 7009 (revocation), 8707 (resource), 9207 (issuer)."""
