"""Files become blocks in a process that is limited, and every bad file has its reason."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from assistants.knowledge.failures import failure_message
from assistants.knowledge.parsing.blocks import Block, ParsingFailed
from assistants.knowledge.parsing.confined import ROOT
from assistants.knowledge.parsing.plain import decode, parse_markdown, parse_text
from assistants.knowledge.parsing.runner import Parsing
from tests.fakes import files


class Parsed:
    """A file that was read to its end."""

    def __init__(self, path: Path, format: str, **options: float) -> None:
        parsing = Parsing(path, format=format, **options)
        self.blocks = list(parsing)
        self.pages = parsing.pages


def parsed(tmp_path: Path, data: bytes, format: str, **options: float) -> Parsed:
    path = tmp_path / f"file.{format}"
    path.write_bytes(data)
    return Parsed(path, format, **options)


def texts(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks]


FIRST = (
    "The landlord may review the rent on one occasion only, such review to reflect the change in the consumer price"
    " index over the twelve months preceding it."
)
SECOND = "A reviewed rent is rounded to the nearest ten cent and notified in writing to the tenant within a fortnight."


def test_a_pdf_gives_pages_paragraphs_and_headings(tmp_path: Path) -> None:
    found = parsed(tmp_path, files.pdf([[FIRST, SECOND], [SECOND]], heading="Rent"), "pdf")
    assert found.pages == 2
    assert [(b.page, b.level > 0, b.text) for b in found.blocks] == [
        (1, True, "Rent 1"),
        (1, False, FIRST),
        (1, False, SECOND),
        (2, True, "Rent 2"),
        (2, False, SECOND),
    ]


def test_lines_that_run_along_every_page_are_left_out(tmp_path: Path) -> None:
    found = parsed(tmp_path, files.pdf([[FIRST], [SECOND], [FIRST], [SECOND]], footer=True), "pdf")
    assert not any("confidential" in text for text in texts(found.blocks))
    assert found.blocks[0].text == FIRST


def test_words_cut_at_a_line_s_end_are_joined() -> None:
    from assistants.knowledge.parsing.pdf import _joined

    assert _joined(["The land-", "lord pays."]) == "The landlord pays."
    assert _joined(["a well-", "Known case"]) == "a well- Known case"
    assert _joined(["押金为两个月", "的租金"]) == "押金为两个月的租金"


def test_progress_is_told_while_a_pdf_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(files.pdf([[FIRST]] * 25))
    told: list[tuple[int, int, str]] = []
    list(Parsing(path, format="pdf", progress=lambda done, total, unit: told.append((done, total, unit))))
    assert told == [(10, 25, "pages"), (20, 25, "pages"), (25, 25, "pages")]


def test_a_word_document_keeps_the_order_of_headings_paragraphs_and_tables(tmp_path: Path) -> None:
    data = files.word(
        [
            ("Heading 1", "Prices"),
            ("Normal", "Oak is sold by the board."),
            [["Wood", "Price"], ["Oak", "12"]],
            ("Normal", "End."),
        ]
    )
    found = parsed(tmp_path, data, "docx")
    assert [(b.level, b.text) for b in found.blocks] == [
        (1, "Prices"),
        (0, "Oak is sold by the board."),
        (0, "Wood | Price\nOak | 12"),
        (0, "End."),
    ]


def test_a_web_page_gives_its_words_without_menus_and_scripts(tmp_path: Path) -> None:
    page = (
        "<html><head><title>T</title><script>alert(1)</script></head><body><nav><a href=/>Home</a></nav><header>Shop</header>"
        "<h1>Opening <em>hours</em></h1><p>We open at <b>nine</b>.</p><ul><li>Monday<li>Tuesday</ul>"
        "<table><tr><th>Day<th>Hours<tr><td>Sunday<td>closed</table><footer>©</footer></body></html>"
    )
    found = parsed(tmp_path, page.encode(), "html")
    assert [(b.level, b.text) for b in found.blocks] == [
        (1, "Opening hours"),
        (0, "We open at nine."),
        (0, "Monday"),
        (0, "Tuesday"),
        (0, "Day | Hours\nSunday | closed"),
    ]


def test_a_page_nested_ten_thousand_deep_is_read(tmp_path: Path) -> None:
    found = parsed(tmp_path, b"<div>" * 10_000 + b"deep" + b"</div>" * 10_000, "html")
    assert texts(found.blocks) == ["deep"]


def test_markdown_loses_its_marks_and_keeps_its_headings() -> None:
    source = "---\ntitle: x\n---\n# Rent\n\nPay **1,450** [euros](https://example.org)\non time.\n\n- one\n- two\n\n```\ncode  here\n```\n"
    assert [(b.level, b.text) for b in parse_markdown(source.encode())] == [
        (1, "Rent"),
        (0, "Pay 1,450 euros on time."),
        (0, "- one"),
        (0, "- two"),
        (0, "code  here"),
    ]


def test_text_without_blank_lines_is_cut_at_its_lines() -> None:
    assert texts(list(parse_text(b"a\nb\nc\nd"))) == ["a", "b", "c", "d"]
    assert texts(list(parse_text(b"one\ntwo\n\nthree"))) == ["one two", "three"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_chinese_text_is_read_in_every_usual_encoding(encoding: str) -> None:
    text = "押金为两个月的租金，在租约结束后三十天内退还给承租人。Deposit: two months. " * 3
    assert decode(text.encode(encoding)) == text


def test_western_text_of_old_encodings_is_read() -> None:
    assert decode("Café très cher, déjà vu".encode("latin-1")) == "Café très cher, déjà vu"


BAD = {
    "encrypted": (files.encrypted_pdf, "pdf"),
    "corrupt": (files.corrupt_pdf, "pdf"),
    "needs_ocr": (files.scanned_pdf, "pdf"),
    "unpacked_too_large": (files.bomb_docx, "docx"),
    "too_complex": (files.bomb_pdf, "pdf"),
}


@pytest.mark.parametrize("code", BAD)
def test_each_bad_file_has_its_reason(tmp_path: Path, code: str, settings: Any) -> None:
    settings.TESSERACT = ""
    make, format_ = BAD[code]
    with pytest.raises(ParsingFailed) as failure:
        parsed(tmp_path, make(), format_)
    assert failure.value.code == code
    assert failure_message(code).count(".") >= 1


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (files.many_members_docx, {"unpacked_too_large"}),
        (files.linked_docx, {"unsafe_archive"}),
        (files.entity_bomb_docx, {"corrupt", "empty", "too_complex"}),
    ],
)
def test_hostile_archives_end_at_once(tmp_path: Path, make: object, codes: set[str]) -> None:
    started = time.monotonic()
    with pytest.raises(ParsingFailed) as failure:
        parsed(tmp_path, make(), "docx")  # type: ignore[operator]
    assert failure.value.code in codes
    assert time.monotonic() - started < 60


def test_a_file_without_words_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ParsingFailed, match="empty"):
        parsed(tmp_path, b" \n\n \t\n", "txt")


def test_binary_noise_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ParsingFailed, match="corrupt"):
        parsed(tmp_path, bytes(range(32)) * 100, "txt")


def parsers() -> list[psutil.Process]:
    """Those at work: the children of parents."""
    everyone = [
        p
        for p in psutil.Process().children(recursive=True)
        if "assistants.knowledge.parsing.worker" in p.cmdline()
    ]
    pids = {p.pid for p in everyone}
    return [p for p in everyone if p.ppid() in pids]


def test_a_parser_that_hangs_is_killed_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"The lease begins in March.\n\n" * 150_000)  # more than waits in a pipe
    blocks = iter(Parsing(path, format="txt", seconds=1.0))
    next(blocks)
    for process in parsers():  # a hang that no limit of CPU ends
        process.suspend()
    with pytest.raises(ParsingFailed, match="too_complex"):
        list(blocks)
    assert not parsers()


CONFINED = """
import sys
sys.path.insert(0, {root!r})
from assistants.knowledge.parsing.confinement import confine
confine(cpu_seconds=1)
{code}
"""


def confined(code: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", CONFINED.format(root=str(ROOT), code=code)],
        capture_output=True,
        timeout=30,
        check=False,
    )


def test_a_confined_process_reaches_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}))"
        assert b"PermissionError" in confined(code).stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
def test_nor_does_native_code_in_it() -> None:
    code = "import ctypes; print(ctypes.CDLL(None, use_errno=True).socket(2, 1, 0), ctypes.get_errno())"
    assert confined(code).stdout.split() == [b"-1", b"1"]


def test_a_confined_process_starts_no_other_program() -> None:
    assert b"PermissionError" in confined("import subprocess; subprocess.run(['true'])").stderr


def test_a_confined_process_has_little_memory_and_time() -> None:
    assert b"MemoryError" in confined("x = bytearray(700 * 1024 * 1024)").stderr
    assert confined("while True: pass").returncode in (-signal.SIGXCPU, -signal.SIGKILL)
