"""A program's result in words: for the model, which reads English, and for the person."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from assistants.tools.python.answers import PythonAnswer

_ENDED = {
    "done": "The program ran to its end.",
    "failed": "The program ended with an error. Correct it and run it again, or go on without it.",
    "timeout": "The program took longer than it may and was ended. Nothing of its output is known. Make it faster or smaller.",
    "large": "The program gave back more than it may, so nothing of it is known. Print less and write smaller files.",
    "crashed": "The program broke the interpreter, for example by taking too much memory or recursing too deeply.",
    "stopped": "The person stopped the program. Do not run it again unless they ask for it.",
    "unavailable": "The program could not be run on the person's side. Go on without it, and do not guess its result.",
}
_LEFT_OUT = {"count": "there were too many files", "size": "it was too large"}


def told(answer: PythonAnswer, files: Sequence[Mapping[str, Any]]) -> str:
    """A result as the model reads it. files: those that were kept, in their public form."""
    parts = [_ENDED[answer.state]]
    for name, text in (
        ("Output", answer.stdout),
        ("Errors printed", answer.stderr),
        ("Value of the last expression", answer.value),
        ("Error", answer.error),
    ):
        if text:
            parts.append(f"{name}:\n{text}")
    if answer.truncated:
        parts.append("More was printed than is passed on: this is the beginning.")
    if answer.state == "done" and len(parts) == 1 and not files:
        parts.append("It printed nothing.")
    if answer.table or answer.chart:
        parts.append("The person sees the table or chart that it showed; do not repeat all of it.")
    parts += [
        f"File kept for the person: {file['id']} “{file['name']}”, {file['size']} bytes." for file in files
    ]
    parts += [f"“{one.name}” was not kept: {_LEFT_OUT[one.reason]}." for one in answer.left_out]
    return "\n\n".join(parts)


def summary_of(answer: PythonAnswer) -> str:
    """A result in a few words for people."""
    match answer.state:
        case "done":
            return (answer.value or answer.stdout).strip().partition("\n")[0][:200]
        case "failed":
            return answer.error.strip().rpartition("\n")[2][:200]
        case "timeout":
            return _("It took too long and was ended.")
        case "large":
            return _("It gave back too much.")
        case "stopped":
            return _("You stopped it.")
        case "crashed":
            return _("It broke off: it took too much memory, or never came back.")
        case _:
            return _("This browser could not run it.")
