"""Names that models may say: of tools, and of their arguments."""

import re
from collections.abc import Container

MOST = 64
_ILLEGAL = re.compile(r"[^A-Za-z0-9_-]+")


def operation_key(operation_id: object, method: str, path: str, taken: Container[str]) -> str:
    """A legal name for an operation, made from its id, else from its method and path."""
    base = operation_id if isinstance(operation_id, str) else ""
    words = re.findall(r"[A-Za-z0-9-]+", path)
    made = legal(base) or "_".join([method.lower(), *words])[:MOST]
    return unique(made, taken)


def argument_name(name: str, kind: str, taken: Container[str]) -> str:
    """A legal name for an argument; `kind` (path, query, header, body) tells two of one name apart."""
    made = legal(name) or kind
    return made if made not in taken else unique(f"{kind}_{made}"[:MOST], taken)


def legal(name: str) -> str:
    """The name with everything that models may not say replaced."""
    return _ILLEGAL.sub("_", name).strip("_")[:MOST] if not _is_legal(name) else name


def _is_legal(name: str) -> bool:
    return 0 < len(name) <= MOST and not _ILLEGAL.search(name)


def unique(name: str, taken: Container[str]) -> str:
    """The name, with a number where it is taken."""
    made, number = name, 2
    while made in taken:
        suffix = f"_{number}"
        made, number = name[: MOST - len(suffix)] + suffix, number + 1
    return made
