"""Files that our own tools made: kept beside those of actions, for the person to download."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.actions.files.keeping import file_document, stored
from assistants.actions.openapi.answer_files import MOST_BYTES
from assistants.knowledge.files import clean_name
from assistants.turns.tools import TurnContext
from kernel.errors import DomainError


class MadeFileTooLarge(DomainError):
    code = "made_file_too_large"
    user_message = _(
        "The file would be larger than 10 MB, so it was not kept. Make it shorter, or make several."
    )


class MadeFileNotKept(DomainError):
    code = "made_file_not_kept"
    user_message = _("The file was made, but it could not be stored. Try again in a minute.")
    status = 503


async def keep_made(
    context: TurnContext, *, maker: str, name: str, mime_type: str, data: bytes
) -> dict[str, Any]:
    """Keep a file that a tool made for the person of this turn.

    Args:
        maker: the tool as people read it. name: of the file with its ending; it is cleaned. mime_type: what the tool made,
            which answers for it that the content is that. data: its bytes, 10 MB at the most.

    Returns:
        Its public document: `{id, name, mime_type, size, url}`; put it into `detail["files"]` of the result, and name its id
        to the model, which may hand it to another tool.

    Raises:
        MadeFileTooLarge: it is larger than 10 MB. MadeFileNotKept: storage did not take it; nothing of it stays.
    """
    if len(data) > MOST_BYTES:
        raise MadeFileTooLarge
    row = await stored(context, maker=maker, host="", name=clean_name(name), mime_type=mime_type, data=data)
    if row is None:
        raise MadeFileNotKept
    return file_document(row)
