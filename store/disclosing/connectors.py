"""The ready-made connectors in a disclosure, as lines of the label."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistants.actions.connectors.catalogue import known_connector


@dataclass(frozen=True, slots=True)
class ConnectorLine:
    """A connector on the label: its name, its mark as path data, and what it reads and writes, a few words each."""

    title: str
    mark: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


def connector_lines(disclosure: Mapping[str, Any]) -> list[ConnectorLine]:
    """A line for each connector, as far as its operations are on, in the disclosure's order.

    One that is gone from the catalogue has none; its host is still disclosed.
    """
    return [line for host in disclosure.get("hosts", []) for line in _lines(host)]


def _lines(host: Mapping[str, Any]) -> Iterator[ConnectorLine]:
    operations = host.get("operations", [])
    reads = any(not one["writes"] for one in operations)
    for name in host.get("connectors", []):
        found = known_connector(name)
        if found:
            yield ConnectorLine(
                found.title,
                found.icon,
                found.reads if reads else (),
                found.writes if host.get("writes") else (),
            )
