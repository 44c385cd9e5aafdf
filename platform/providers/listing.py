"""Asking a provider which models it has."""

import json
import logging

from kernel.egress import EgressError, guarded_client

logger = logging.getLogger("providers")
TIMEOUT = 5.0
MAX_BYTES = 5 * 1024 * 1024
MAX_MODELS = 2000


def list_upstream(base_url: str, key: str) -> list[str] | None:
    """The names of a provider's models in its own order, or None, with a line in the log, where it gives no list."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with guarded_client(
            timeout=TIMEOUT, total=TIMEOUT * 2, max_bytes=MAX_BYTES, operator_hosts=True
        ) as client:
            response = client.get(f"{base_url.rstrip('/')}/models", headers=headers)
    except EgressError as error:
        logger.warning("The models of %s could not be listed: %s", base_url, error)
        return None
    if response.status_code != 200:
        logger.warning(
            "The models of %s could not be listed: it answered %s.", base_url, response.status_code
        )
        return None
    names = names_in(response.content)
    if names is None:
        logger.warning("The models of %s could not be listed: it sent something else.", base_url)
    return names


def names_in(body: bytes) -> list[str] | None:
    """The names in a list of models, each once; None where it is something else."""
    try:
        entries = json.loads(body)["data"]
        names = [str(entry["id"]) for entry in entries[:MAX_MODELS]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return [name for name in dict.fromkeys(names) if 0 < len(name) <= 160]
