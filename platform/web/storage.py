"""Static files under names that change with their content, so that browsers may keep them for ever."""

from collections.abc import Callable
from functools import cached_property
from re import Match
from typing import Any

from django.apps import apps
from whitenoise.storage import CompressedManifestStaticFilesStorage

Converter = Callable[[Match[str]], str]


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Renames what our scripts import too, so that a module and its imports are always of one release."""

    support_js_module_import_aggregation = True

    @cached_property
    def own_folders(self) -> set[str]:
        """Folders of the rooms' own static files, by their apps' labels."""
        return {config.label for config in apps.get_app_configs() if "site-packages" not in config.path}

    def url_converter(self, name: str, hashed_files: dict[str, str], template: Any = None) -> Converter:
        """Rewrite one reference; what only looks like an import in minified scripts of others stays as it is."""
        if name.endswith(".js") and ("/vendor/" in name or name.split("/")[0] not in self.own_folders):
            return lambda match: match[0]
        converter: Converter = super().url_converter(name, hashed_files, template)
        return converter
