"""What a listing tells people about their data: derived by the builder, with the creator's own words beside it."""

from typing import Any

from store.models import Listing


def disclosures(listing: Listing) -> dict[str, Any]:
    """The whole disclosure of a listing as JSON values; `verified_at` is when the live version was derived from."""
    derived = listing.publication.disclosure or {}
    parts = {name: derived.get(name, []) for name in ("hosts", "models", "stored", "visible_to", "limits")}
    return {
        **parts,
        "made_from": derived.get("made_from"),
        "statements": listing.statements,
        "privacy_policy_url": listing.privacy_policy_url,
        "verified_at": listing.version_at.isoformat().replace("+00:00", "Z") if listing.version_at else None,
    }
