"""Where an OpenAI-compatible model is reached."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one address.

    `context_window` and `max_output` are tokens, None where unknown; `operator_host` where the operator named the
    address, which may then be private; `slots` is how many calls it takes at once, 0 for as many as come; `key_header`
    carries the key as it is where the provider wants it so.
    """

    model: str
    base_url: str
    key: str = field(repr=False)
    upstream_name: str
    context_window: int | None = None
    max_output: int | None = None
    operator_host: bool = False
    slots: int = 0
    key_header: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What every call carries."""
        headers = {"Content-Type": "application/json"}
        return headers | key_headers(self.key, self.key_header)


def key_headers(key: str, header: str) -> dict[str, str]:
    """The header that carries a key; none where there is no key."""
    if not key:
        return {}
    return {header: key} if header else {"Authorization": f"Bearer {key}"}
