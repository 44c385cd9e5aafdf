"""How static files are served: under names that hold their content's hash, and compressed ahead where it pays."""

from collections.abc import Iterator
from typing import Any

from web.storage import StaticStorage

# The API documentation's viewers weigh 28 MB and are opened rarely: half a minute of compressing at the first start.
NOT_WORTH_IT = ("drf_spectacular_sidecar/", "rest_framework/")


class StaticFilesStorage(StaticStorage):
    """Compresses what pages load."""

    def compress_files(self, paths: Any) -> Iterator[Any]:
        """Compress all files but those not worth it."""
        yield from super().compress_files([path for path in paths if not path.startswith(NOT_WORTH_IT)])
