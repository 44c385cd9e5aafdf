"""A server's tools as operations, the same records as those of an OpenAPI document."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.actions.mcp.offer import ServerOffer
from assistants.actions.openapi.documents import Finding, ReadOperation

METHOD = "MCP"
UNUSABLE: dict[str, str | Promise] = {
    "too_large": _("The schema of its arguments is larger than 64 kB."),
    "too_deep": _("The schema of its arguments is nested too deeply, or has too many parts."),
    "no_object": _("Its arguments are no object."),
    "remote_reference": _("The schema of its arguments refers to another document, which is never fetched."),
    "invalid": _("The schema of its arguments is no valid JSON Schema."),
    "description_too_long": _("Its description is longer than 4,000 characters."),
}
LONGEST_FOR_MODELS = 300  # characters of a description: what the makers of models take


def offered_operations(offer: ServerOffer, *, trust_hints: bool = True) -> tuple[ReadOperation, ...]:
    """The tools that models may be given, in the server's order.

    `path` is the server's own name of a tool, which a call needs; there is nothing to map.

    Args:
        trust_hints: whether a tool that says of itself that it only reads counts as one that reads. Where nobody vouches
            for the server, everything that is not said to destroy counts as writing.
    """
    return tuple(
        ReadOperation(
            key=tool.key,
            method=METHOD,
            path=tool.name,
            summary=tool.title,
            description=tool.description,
            risk=tool.risk if trust_hints else tool.cautious_risk,
            consequential=None,
            arguments_schema=dict(tool.input_schema),
            mapping={},
            response_schema=dict(tool.output_schema) if tool.output_schema is not None else None,
            fingerprint=tool.fingerprint,
        )
        for tool in offer.tools
        if not tool.unusable
    )


def offer_findings(offer: ServerOffer) -> tuple[Finding, ...]:
    """What is to be known of an offer: tools that cannot be used, with the reason, and descriptions that will be long."""
    found = []
    values: dict[str, object]
    for tool in offer.tools:
        if tool.unusable:
            sentence = _("%(tool)s cannot be used. %(reason)s")
            values = {"tool": tool.title, "reason": UNUSABLE[tool.unusable]}
            found.append(Finding(f"mcp_{tool.unusable}", str(sentence) % values, tool.key))
        elif len(tool.description) > LONGEST_FOR_MODELS:
            sentence = _(
                "The description of %(tool)s is longer than %(most)s characters; some models read no further."
            )
            values = {"tool": tool.title, "most": LONGEST_FOR_MODELS}
            found.append(Finding("long_description", str(sentence) % values, tool.key))
    return tuple(found)
