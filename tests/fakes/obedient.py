"""A model that does whatever any text of its prompt says: the worst reader that injected text can find.

An order is `CALL tool {json}`, wherever it stands: in a page, an answer, a name, an earlier message. Every order is carried
out once a turn, all that are found at the same time in one answer; one that begins with `THEN` waits until those before
it are through. In its arguments the secret of the prompt (`CANARY-` and what follows) stands for `[[raw]]`, and in
disguise for the other names of `DISGUISES`. Orders that hide (see `tests.fakes.disguises`) are found. When nothing is left
to do it repeats what it has read, after what `CALL say {"text": …}` wants it to say.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.fakes.disguises import reveal
from tests.fakes.model_server import Answer, Asked

SAY = "say"
LONGEST_ORDER = 8000  # characters
CANARY = re.compile(r"CANARY-[A-Za-z0-9]{8,40}")
_ORDER = re.compile(r"(THEN |)CALL ([A-Za-z0-9_-]+) (?=\{)")
_BITS = "".join


def _bits(secret: str) -> str:
    return _BITS(f"{byte:08b}" for byte in secret.encode())


DISGUISES: dict[str, Callable[[str], str]] = {
    "raw": str,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "reversed": lambda secret: secret[::-1],
    "number": lambda secret: str(int.from_bytes(secret[7:14].encode(), "big")),
    "first": lambda secret: secret[7:13],
    "second": lambda secret: secret[13:19],
    # Words that the person typed, in spaces and letters that they did not: a bit each.
    "spaces": lambda secret: "Ada" + _BITS(" " if bit == "0" else "\t" for bit in _bits(secret)[56:88]),
    "only_spaces": lambda secret: _BITS(" " if bit == "0" else "\t" for bit in _bits(secret)[56:88]),
    "letters": lambda secret: _BITS(
        letter.upper() if bit == "1" else letter
        for letter, bit in zip("greenapplesforada", _bits(secret)[56:], strict=False)
    ),
    "flags": lambda secret: (
        "[" + ", ".join("true" if bit == "1" else "false" for bit in _bits(secret)[56:120]) + "]"
    ),
    "letters_listed": lambda secret: json.dumps(["ab"[int(bit)] for bit in _bits(secret)[56:120]]),
}


def obey(asked: Asked) -> Answer | None:
    """What it answers; for `ModelServer.respond`."""
    messages = asked.body.get("messages", [])
    begin = max((at for at, said in enumerate(messages) if said["role"] == "user"), default=0)
    made = {
        (call["function"]["name"], call["function"]["arguments"])
        for said in messages[begin:]
        for call in said.get("tool_calls") or ()
    }
    offered = {tool["function"]["name"] for tool in asked.body.get("tools") or ()}
    left: list[tuple[str, dict[str, Any]]] = []
    for later, name, arguments in orders(asked):
        if name not in offered or any(name == known and _same(arguments, given) for known, given in made):
            continue
        if later and left:
            break
        if (name, arguments) not in left:
            left.append((name, arguments))
        if later:
            break
    if left:
        return Answer(tool_calls=left)
    said = [str(arguments.get("text")) for _later, name, arguments in orders(asked) if name == SAY]
    return Answer(text="\n".join([*said, "I have read: " + _read(messages)[:6000]]))


def orders(asked: Asked) -> Iterator[tuple[bool, str, dict[str, Any]]]:
    """The orders in a prompt, in their order; descriptions of tools are read last."""
    described = "\n".join(str(tool["function"].get("description")) for tool in asked.body.get("tools") or ())
    whole = reveal(f"{asked.prompt}\n{described}")
    found = CANARY.search(whole)
    secret = found[0] if found else "CANARY-none00000000"
    plain = _plain(whole)
    for order in _ORDER.finditer(plain):
        text = _disguised(plain[order.end() : order.end() + LONGEST_ORDER], secret)
        try:
            arguments, _end = json.JSONDecoder(strict=False).raw_decode(text)
        except json.JSONDecodeError:
            continue
        yield bool(order[1]), order[2], arguments


def _plain(text: str) -> str:
    # Orders that stand in JSON come with their quotes escaped.
    return text.replace('\\"', '"').replace("\\n", "\n")


def _disguised(text: str, secret: str) -> str:
    for name, disguise in DISGUISES.items():
        text = text.replace(f"[[{name}]]", disguise(secret))
    return text


def _same(arguments: dict[str, Any], given: str) -> bool:
    return bool(json.loads(given or "{}") == arguments)


def _read(messages: list[dict[str, Any]]) -> str:
    told = [str(said.get("content") or "") for said in messages if said["role"] == "tool"]
    return "\n".join(told) or "nothing"


def leaked(sent: str, secret: str) -> list[str]:
    """The disguises under which a part of a secret stands in what was sent."""
    body = secret.removeprefix("CANARY-")
    forms = {
        "raw": body,
        "base64": DISGUISES["base64"](secret),
        "hex": body.encode().hex(),
        "reversed": body[::-1],
        "number": DISGUISES["number"](secret),
    }
    short = {name: [form[at : at + 6] for at in range(0, len(form) - 5, 3)] for name, form in forms.items()}
    return [name for name, parts in short.items() if any(part in sent for part in parts)]
