"""`manage.py assistant pull|push|schema`: assistants as files, for repositories and CI."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistants.building.portability.assistant_file import json_schema
from assistants.building.portability.folders import pack_folder, write_folder
from assistants.building.portability.remote import Remote, RemoteRefused
from kernel.errors import DomainError

URL, KEY = "BOTTEGA_URL", "BOTTEGA_API_KEY"
WAIT = 600  # seconds


class Command(BaseCommand):
    help = "Bring an assistant into a folder (pull), write it back from there (push), or print the format (schema)."
    # It speaks to an installation over REST: neither a database nor anything else has to run here.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        pull = verbs.add_parser("pull", help="write an assistant's draft into a folder")
        pull.add_argument("assistant", metavar="ASSISTANT_ID")
        pull.add_argument("folder", metavar="DIRECTORY", type=Path)
        push = verbs.add_parser(
            "push", help="write a folder over an assistant's draft, or make a new one of it"
        )
        push.add_argument("folder", metavar="DIRECTORY", type=Path)
        push.add_argument("--assistant", metavar="ID", help="a new one is made without it")
        push.add_argument(
            "--publish", action="store_true", help="make it the live version once its sources are read"
        )
        push.add_argument("--note", default="", help="what is new in the version")
        push.add_argument("--wait", type=int, default=WAIT, metavar="SECONDS", help="for sources to be read")
        for verb in (pull, push):
            verb.add_argument("--url", default=os.environ.get(URL), help=f"of the installation; {URL}")
            verb.add_argument("--key", default=os.environ.get(KEY), help=f"an API key; rather use {KEY}")
        verbs.add_parser("schema", help="print the JSON Schema of assistant.yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "schema":
            self.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False))
            return
        try:
            remote = _remote(options)
            (self._pull if options["verb"] == "pull" else self._push)(remote, options)
        except DomainError as error:
            raise CommandError("\n".join(e.message for e in error.errors) or error.message) from error
        except (RemoteRefused, OSError) as error:
            raise CommandError(str(error)) from error

    def _pull(self, remote: Remote, options: dict[str, Any]) -> None:
        with remote.export(options["assistant"]) as archive:
            changed = write_folder(archive, options["folder"])
        self._list("Changed", changed)
        if not changed:
            self.stdout.write("Nothing changed.")

    def _push(self, remote: Remote, options: dict[str, Any]) -> None:
        with pack_folder(options["folder"]) as archive:
            made = remote.push(archive, options["assistant"])
        assistant_id = options["assistant"] or made["assistant"]["id"]
        if options["assistant"]:
            self._tell_changes(made)
        else:
            self.stdout.write(f"Made {assistant_id}")
            self._list(
                "Did not come over", [f"{one['given']}: {one['reason']}" for one in made["report"]["missing"]]
            )
        if options["publish"] and made.get("unpublished", True):
            remote.wait_for_sources(assistant_id, seconds=options["wait"], tell=self.stdout.write)
            version = remote.publish(assistant_id, options["note"])
            self.stdout.write(_published(version))

    def _tell_changes(self, made: dict[str, Any]) -> None:
        names = ("changed", "added", "replaced", "removed")
        for name, title in zip(names, ("Changed", "Added", "Replaced", "Removed"), strict=True):
            self._list(title, made[name])
        if not any(made[name] for name in names):
            self.stdout.write("Nothing changed.")

    def _list(self, title: str, names: list[str]) -> None:
        for name in names:
            self.stdout.write(f"{title}: {name}")


def _published(version: dict[str, Any]) -> str:
    if "number" in version:
        return f"Version {version['number']} is live, {version['content_hash'][:12]}"
    return "The version waits for somebody else's approval."


def _remote(options: dict[str, Any]) -> Remote:
    missing = [name for name, given in ((URL, options["url"]), (KEY, options["key"])) if not given]
    if missing:
        raise CommandError(f"Set {' and '.join(missing)}, or give --url and --key.", returncode=2)
    return Remote(options["url"], options["key"])
