"""Text recognition with Tesseract: a page's picture goes to a helper process, and its words come back with their places.

The parser itself may start no program. Before it gives that up it forks a helper which may, and which never sees the
file: only the grey values of a page that was drawn already. Helper and Tesseract end with the parser.
"""

import os
import struct
import subprocess
from dataclasses import dataclass
from typing import IO, NoReturn

from assistants.knowledge.parsing.confinement import confine, end_with_parent
from assistants.knowledge.parsing.recognised import Recognised, read_tsv

PAGE_SECONDS = 30
MAX_PIXELS = 12_000_000  # an A4 page at 300 dots an inch has 8.7 million
LONGEST_SIDE = 5_000
DOTS_AN_INCH = 300
_SIZE, _ANSWER = struct.Struct("<II"), struct.Struct("<I")
_FAILED = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey values, a byte a pixel, row by row without gaps."""

    width: int
    height: int
    grey: bytes


class Recogniser:
    """Reads pictures of pages, one after the other."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests, self._answers = requests, answers

    def read(self, picture: Picture, page: int) -> Recognised | None:
        """What stands in a picture; None where recognising it failed or took more than its time."""
        try:
            self._requests.write(_SIZE.pack(picture.width, picture.height))
            self._requests.write(picture.grey)
            self._requests.flush()
            (length,) = _ANSWER.unpack(_exactly(self._answers, _ANSWER.size))
            if length == _FAILED:
                return None
            table = _exactly(self._answers, length).decode("utf-8", "replace")
        except (OSError, EOFError):
            return None
        return read_tsv(table, page, picture.width, picture.height)


_started: list[Recogniser] = []


def recogniser() -> Recogniser | None:
    """This process's, if one was started."""
    return _started[0] if _started else None


def start_recogniser(program: str, languages: str) -> Recogniser:
    """Fork the helper of this process. To be called before it is confined, and while it has one thread.

    Args:
        program: Tesseract's path. languages: its names of them, joined by `+`.
    """
    to_helper, to_parser = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(to_helper[1])
        os.close(to_parser[0])
        _serve(program, languages, os.fdopen(to_helper[0], "rb"), os.fdopen(to_parser[1], "wb"))
    os.close(to_helper[0])
    os.close(to_parser[1])
    _started[:] = [Recogniser(os.fdopen(to_helper[1], "wb"), os.fdopen(to_parser[0], "rb"))]
    return _started[0]


def _serve(program: str, languages: str, requests: IO[bytes], answers: IO[bytes]) -> NoReturn:
    """The helper's life: recognise until the parser closes its end."""
    try:
        end_with_parent()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)  # the parser's answers are not the helper's: its reader waits for the end of them
        confine(cpu_seconds=PAGE_SECONDS + 5, programs=True)
        command = [
            program,
            "stdin",
            "stdout",
            "-l",
            languages,
            "--dpi",
            str(DOTS_AN_INCH),
            "--psm",
            "3",
            "tsv",
        ]
        while True:
            width, height = _SIZE.unpack(_exactly(requests, _SIZE.size))
            table = _recognise(
                command, b"P5 %d %d 255\n" % (width, height) + _exactly(requests, width * height)
            )
            answers.write(_ANSWER.pack(_FAILED if table is None else len(table)) + (table or b""))
            answers.flush()
    except BaseException:
        os._exit(0)


def _recognise(command: list[str], image: bytes) -> bytes | None:
    process = subprocess.Popen(
        command,
        env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8", **_tessdata()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,  # safe where there is one thread
    )
    try:
        table, _errors = process.communicate(image, timeout=PAGE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    return table if process.returncode == 0 else None


def _tessdata() -> dict[str, str]:
    place = os.environ.get("TESSDATA_PREFIX")
    return {"TESSDATA_PREFIX": place} if place else {}


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
