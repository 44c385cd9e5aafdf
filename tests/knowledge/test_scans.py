"""Text recognition: scans, pictures, what is told of them, and what happens where it is missing."""

import io
import os
import shutil
import stat
import time
import zlib
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from assistants.knowledge.parsing import runner
from assistants.knowledge.parsing.blocks import Block, ParsingFailed
from assistants.knowledge.parsing.recognised import read_tsv
from assistants.knowledge.parsing.runner import Parsing
from assistants.knowledge.recognition import chosen, recognition_here
from tests.fakes import files

WORDS = "The deposit of two months is paid back\nwithin thirty days of the end of the lease."
needs_tesseract = pytest.mark.skipif(
    not shutil.which("tesseract"), reason="Tesseract is not installed: apt-get install tesseract-ocr"
)


def picture(text: str, *, width: int = 1240, height: int = 400) -> Image.Image:
    """A white strip of a page at 150 dots an inch with these lines on it."""
    strip = Image.new("L", (width, height), 255)
    ImageDraw.Draw(strip).text((100, 100), text, fill=0, font=ImageFont.load_default(32), spacing=16)
    return strip


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **how)
    return target.getvalue()


def scan(*texts: str, typed: str = "") -> bytes:
    """A PDF whose pages are pictures, and a last one that is not where `typed` is given."""
    target = io.BytesIO()
    drawing = canvas.Canvas(target, pagesize=A4, invariant=1)
    for text in texts:
        page = picture(text, height=1754)
        drawing.drawImage(ImageReader(page), 0, 0, *A4)
        drawing.showPage()
    if typed:
        drawing.drawString(60, 700, typed)
        drawing.showPage()
    drawing.save()
    return target.getvalue()


def read(tmp_path: Path, data: bytes, format_: str, **how: Any) -> tuple[list[Block], Parsing]:
    (tmp_path / "file").write_bytes(data)
    parsing = Parsing(tmp_path / "file", format=format_, **how)
    return list(parsing), parsing


@needs_tesseract
def test_a_scanned_page_is_read_with_its_boxes(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    blocks, parsing = read(
        tmp_path,
        scan(WORDS, typed="This page was typed."),
        "pdf",
        progress=lambda *how: told.append(how),
    )
    assert blocks[0].text == WORDS.replace("\n", " ")
    assert (blocks[0].page, blocks[1].page, blocks[1].text) == (1, 2, "This page was typed.")
    left, top, right, bottom = blocks[0].box or (0, 0, 0, 0)
    assert 0.05 < left < 0.1 < right < 0.9
    assert 0.04 < top < 0.07 < bottom < 0.12
    assert parsing.notes == [{"code": "pages_recognised", "pages": 1}]
    assert (1, 2, "pages") in told


@needs_tesseract
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_picture_with_text_is_read(tmp_path: Path, kind: str) -> None:
    format_ = kind.lower().replace("jpeg", "jpg")
    blocks, parsing = read(tmp_path, saved(picture(WORDS), kind), format_)
    assert " ".join(block.text for block in blocks) == WORDS.replace("\n", " ")
    assert blocks[0].box
    assert parsing.pages == 1


@needs_tesseract
def test_each_page_of_a_tiff_is_read(tmp_path: Path) -> None:
    pages = [picture("The first page is about rent."), picture("The second page is about pets.")]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    blocks, _ = read(tmp_path, data, "tiff")
    assert [block.page for block in blocks] == [1, 2]
    assert "pets" in blocks[1].text


@needs_tesseract
def test_a_photograph_that_lies_on_its_side_is_read_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right by 90 degrees
    data = saved(picture(WORDS).rotate(90, expand=True), "JPEG", exif=exif)
    blocks, _ = read(tmp_path, data, "jpg")
    assert WORDS.replace("\n", " ") in " ".join(block.text for block in blocks)


@needs_tesseract
def test_text_on_a_picture_that_lets_shine_through_is_read(tmp_path: Path) -> None:
    strip = Image.new("RGBA", (1240, 300), (0, 0, 0, 0))
    ImageDraw.Draw(strip).text(
        (100, 100), "Dark letters on nothing", fill="black", font=ImageFont.load_default(32)
    )
    blocks, _ = read(tmp_path, saved(strip, "PNG"), "png")
    assert "Dark letters on nothing" in blocks[0].text


def test_an_unclear_page_is_told(tmp_path: Path, settings: Any) -> None:
    settings.TESSERACT = str(
        stub(tmp_path, "printf 'head\\n5\\t1\\t1\\t1\\t1\\t1\\t10\\t10\\t50\\t20\\t48\\tblurred\\n'")
    )
    blocks, parsing = read(tmp_path, saved(picture(WORDS), "PNG"), "png")
    assert blocks[0].text == "blurred"
    assert {"code": "pages_unclear", "pages": 1} in parsing.notes


def stub(folder: Path, recognise: str) -> Path:
    """A program that lists languages as Tesseract does and recognises by a line of shell."""
    program = folder / "stub"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "List:\\neng\\nosd\\n"; exit; fi\n{recognise}\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_a_page_that_takes_too_long_is_given_up_and_nothing_stays_behind(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PAGE_SECONDS", 0.5)
    settings.TESSERACT = str(stub(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60"))
    began = time.monotonic()
    with pytest.raises(ParsingFailed) as failure:
        read(tmp_path, saved(picture(WORDS), "PNG"), "png", seconds=2)
    assert failure.value.code == "too_complex"
    assert time.monotonic() - began < 30
    pid = int((tmp_path / "pid").read_text())
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=3)
    assert not psutil.pid_exists(pid)


def test_text_recognition_reaches_no_network(tmp_path: Path, settings: Any) -> None:
    code = "import socket\\ntry: socket.socket(); print(1)\\nexcept OSError as e: print(e.errno)"
    settings.TESSERACT = str(stub(tmp_path, f"printf '{code}' | python3 - > {tmp_path}/said; exit 1"))
    with pytest.raises(ParsingFailed):
        read(tmp_path, saved(picture(WORDS), "PNG"), "png")
    assert (tmp_path / "said").read_text().strip() == "1"  # EPERM


def test_recognition_that_fails_leaves_a_typed_page(tmp_path: Path, settings: Any) -> None:
    settings.TESSERACT = str(stub(tmp_path, "exit 1"))
    blocks, parsing = read(tmp_path, scan(WORDS, typed="This page was typed."), "pdf")
    assert [block.text for block in blocks] == ["This page was typed."]
    assert parsing.notes == [{"code": "pages_unread", "pages": 1}]


@pytest.mark.parametrize(("data", "format_"), [(scan(WORDS), "pdf"), (saved(picture(WORDS), "PNG"), "png")])
def test_without_tesseract_the_reason_says_what_to_do(
    tmp_path: Path, settings: Any, data: bytes, format_: str
) -> None:
    settings.TESSERACT = ""
    with pytest.raises(ParsingFailed) as failure:
        read(tmp_path, data, format_)
    assert failure.value.code == "needs_ocr"


def test_without_tesseract_what_is_typed_is_read_and_the_scans_are_counted(
    tmp_path: Path, settings: Any
) -> None:
    settings.TESSERACT = ""
    blocks, parsing = read(tmp_path, scan(WORDS, WORDS, typed="This page was typed."), "pdf")
    assert [block.text for block in blocks] == ["This page was typed."]
    assert parsing.notes == [{"code": "pages_unread", "pages": 2}]


def test_a_blank_page_is_no_scan(tmp_path: Path, settings: Any) -> None:
    settings.TESSERACT = ""
    _, parsing = read(tmp_path, files.pdf([["Words."], []]), "pdf")
    assert parsing.notes == []


def png_of(width: int, height: int) -> bytes:
    """The head of a picture of this size, and nothing after it."""
    data = bytearray(files.PNG)
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "format_", "code"),
    [
        (png_of(60_000, 60_000), "png", "picture_too_large"),
        (png_of(8_000, 8_000), "png", "picture_too_large"),
        (png_of(2_000, 2_000), "png", "corrupt"),
        (b"\x89PNG\r\n\x1a\nnonsense", "png", "corrupt"),
        (b"GIF89a" + bytes(40), "png", "corrupt"),
        (b"II*\x00\x08\x00\x00\x00" + bytes(200), "tiff", "corrupt"),
        (b"\xff\xd8\xff\xe0" + bytes(range(200)), "jpg", "corrupt"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(30), "webp", "corrupt"),
    ],
)
def test_a_hostile_picture_is_refused_before_it_costs_anything(
    tmp_path: Path, data: bytes, format_: str, code: str
) -> None:
    with pytest.raises(ParsingFailed) as failure:
        read(tmp_path, data, format_)
    assert failure.value.code == code


def test_words_become_paragraphs_without_noise() -> None:
    rows = [
        (5, 1, 1, 1, 1, 1, 100, 100, 80, 20, 96, "fa-"),
        (5, 1, 1, 1, 2, 1, 100, 130, 80, 20, 90, "mous"),
        (5, 1, 1, 1, 2, 2, 190, 130, 40, 20, 90, "押"),
        (5, 1, 1, 1, 2, 3, 230, 130, 40, 20, 90, "金"),
        (5, 1, 2, 1, 1, 1, 0, 0, 500, 500, 12, "~|"),
    ]
    table = "\n".join(["head", *("\t".join(map(str, row)) for row in rows)])
    found = read_tsv(table, 3, 1000, 1000)
    assert [(block.text, block.page, block.box) for block in found.blocks] == [
        ("famous 押金", 3, (0.1, 0.1, 0.27, 0.15))
    ]
    assert found.confidence > 80


def test_languages_are_chosen_from_those_installed() -> None:
    assert chosen(["chi_sim", "eng", "osd"], "") == "eng+chi_sim"
    assert chosen(["chi_sim", "eng", "osd"], "chi_sim+deu") == "chi_sim"
    assert chosen(["osd"], "") == ""


def test_a_program_that_is_no_tesseract_counts_as_none(tmp_path: Path, settings: Any) -> None:
    settings.TESSERACT = shutil.which("true") or os.devnull
    assert recognition_here() is None
