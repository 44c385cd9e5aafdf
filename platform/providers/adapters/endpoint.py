"""Where an OpenAI-compatible model is reached."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one address.

    `context_window` and `max_output` are tokens, None where unknown; `operator_host` where the operator named the
    address, which may then be private; `slots` is how many calls it takes at once, 0 for as many as come.
    """

    model: str
    base_url: str
    key: str = field(repr=False)
    upstream_name: str
    context_window: int | None = None
    max_output: int | None = None
    operator_host: bool = False
    slots: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """What every call carries."""
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return headers
