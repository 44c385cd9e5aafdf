"""How the REST API reads JSON: strictly, within a size, and without a way to exhaust the stack."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from kernel.errors import InvalidInput, TooLarge
from kernel.text import has_nul


class MalformedJson(InvalidInput):
    code = "malformed_json"
    user_message = _("The body is not valid JSON: %(reason)s.")


class JsonParser(BaseParser):
    """`application/json`. NaN, lone surrogates and nesting deeper than a thousand levels are refused."""

    media_type = "application/json"
    renderer_class = JSONRenderer
    # Bytes; None for DATA_UPLOAD_MAX_MEMORY_SIZE.
    limit: int | None = None

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The document.

        Raises:
            TooLarge: it is longer than the limit; the rest is not read.
            MalformedJson: it is none.
        """
        limit = self.limit or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(limit=f"{limit // (1024 * 1024)} MB")
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise MalformedJson(reason=str(error)) from error
        if has_nul(body, document):
            raise MalformedJson(reason="it holds a NUL character")
        return document
