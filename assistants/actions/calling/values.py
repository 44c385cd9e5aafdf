"""Which values of a call could carry something out of the house, and which addresses somebody named."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from assistants.turns.tools import Intention, TurnContext

MOST_LISTED = 8  # entries of a list that are looked at one by one


def free_values(arguments: Any, schema: Any) -> Iterator[str]:
    """The values of a call that could carry something out: all but booleans and what the schema itself offers.

    A list can say something by its entries' number, order and repetition, whatever they are: a long one, and one that
    repeats itself, is a value as a whole.
    """
    rules: Mapping[str, Any] = schema if isinstance(schema, Mapping) else {}
    if isinstance(arguments, Mapping):
        known = rules.get("properties") or {}
        for name, value in arguments.items():
            if name not in known:
                yield str(name)
            yield from free_values(value, known.get(name))
    elif isinstance(arguments, list):
        if len(arguments) > MOST_LISTED or _repeats(arguments):
            yield orjson.dumps(arguments).decode()
        for value in arguments[:MOST_LISTED]:
            yield from free_values(value, rules.get("items"))
    elif arguments is None or isinstance(arguments, bool) or _is_offered(arguments, rules):
        return
    else:
        yield str(arguments)


def _repeats(values: Sequence[Any]) -> bool:
    return len({orjson.dumps(value) for value in values}) < len(values)


def _is_offered(value: Any, rules: Mapping[str, Any]) -> bool:
    offered = [*(rules.get("enum") or []), rules.get("const"), rules.get("default")]
    return any(type(value) is type(one) and value == one for one in offered)


def is_address_of_nobody(context: TurnContext, intention: Intention) -> bool:
    """Whether a built-in tool would go to an address that a model made up after it had read documents, or what APIs and
    MCP servers say of their operations.

    The assistant's own knowledge and the operations that its creator chose taint nothing, but one document or description
    with an order in it would have every address to itself. What the person or the creator wrote, an address in a document too, holds nothing that was not written there.
    """
    if intention.chosen_host or intention.action.startswith("act_"):
        return False
    if context.can_wait and not (context.sources or context.plan.actions):
        return False
    forms = _forms(str(intention.arguments.get("url", intention.url)))
    written = [context.plan.system_prompt, *(passage.text for passage in context.sources)]
    return not any(
        context.trust.was_typed(form) or any(_stands_alone(form, text) for text in written) for form in forms
    )


def _forms(address: str) -> set[str]:
    """An address, and how people write it."""
    short = address.partition("://")[2] or address
    found = {address, short, short.removeprefix("www.")}
    return {form for each in found for form in (each, each.rstrip("/")) if form}


def _stands_alone(address: str, text: str) -> bool:
    at = text.find(address)
    while at >= 0:
        after = text[at + len(address) :][:1]
        before = text[:at][-1:]
        if not (after.isalnum() or after in ("-", "_", "%", "=", "&")) and not before.isalnum():
            return True
        at = text.find(address, at + 1)
    return False
