"""OpenAPI documents: read into operations, made into requests, and their answers cut to size.

Nothing here touches the database or the network.
"""

from assistants.actions.openapi.answer_files import AnswerFile, files_of
from assistants.actions.openapi.comparing import Changes, compare
from assistants.actions.openapi.documents import DocumentError, Finding, ReadDocument, ReadOperation
from assistants.actions.openapi.operations import tool_description
from assistants.actions.openapi.outlining import Outline, OutlineEntry, outline
from assistants.actions.openapi.plugins import ReadPlugin, is_plugin, read_plugin
from assistants.actions.openapi.preparing import FileContent, PreparedRequest, prepare
from assistants.actions.openapi.reading import read_document
from assistants.actions.openapi.responses import CutResponse, cut_response

__all__ = [
    "AnswerFile",
    "Changes",
    "CutResponse",
    "DocumentError",
    "FileContent",
    "Finding",
    "Outline",
    "OutlineEntry",
    "PreparedRequest",
    "ReadDocument",
    "ReadOperation",
    "ReadPlugin",
    "compare",
    "cut_response",
    "files_of",
    "is_plugin",
    "outline",
    "prepare",
    "read_document",
    "read_plugin",
    "tool_description",
]
