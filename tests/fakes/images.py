"""The images API of the scripted model server: `POST /v1/images/generations`, as OpenAI has it.

`style` is b64 or url; `most` how many pictures one call makes; `sizes` those that it takes, empty for all; `fault` is a status to
answer with, `refused`, `empty` or `broken`; `usage` the tokens that it counts, None for none.
"""

import base64
import io
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

FETCHED = "/v1/pictures/made"


def picture(kind: str = "PNG", size: tuple[int, int] = (16, 12), comment: str = "") -> bytes:
    """A small picture, with a comment in its head where one is given."""
    from PIL import Image, PngImagePlugin

    target = io.BytesIO()
    options: dict[str, Any] = {}
    if comment:
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", comment)
    Image.new("RGB", size, (20, 90, 160)).save(target, kind, **options)
    return target.getvalue()


def gigapixel() -> bytes:
    """A PNG of 50,000 times 50,000 points, in a few bytes."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@dataclass
class Images:
    """How it answers, and what it was asked."""

    style: str = "b64"
    most: int = 10
    sizes: tuple[str, ...] = ()
    fault: str = ""
    data: bytes = field(default_factory=picture)
    usage: tuple[int, int] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, body: dict[str, Any], base_url: str) -> tuple[int, Any]:
        """Status and document for a request."""
        self.asked.append(body)
        if self.fault == "refused":
            return 400, {"error": {"code": "moderation_blocked", "message": "no"}}
        if self.fault.isdigit():
            return int(self.fault), {"error": {"message": "injected", "code": "x"}}
        if body.get("n", 1) > self.most:
            return 400, {"error": {"message": "n", "param": "n"}}
        if self.sizes and body.get("size", self.sizes[0]) not in self.sizes:
            return 400, {"error": {"message": "size", "param": "size"}}
        data = b"no picture" if self.fault == "broken" else self.data
        entry = (
            {"url": f"{base_url.removesuffix('/v1')}{FETCHED}"}
            if self.style == "url"
            else {"b64_json": base64.b64encode(data).decode(), "revised_prompt": "ignored"}
        )
        made = [] if self.fault == "empty" else [entry] * body.get("n", 1)
        used = (
            {"usage": dict(zip(("input_tokens", "output_tokens"), self.usage, strict=True))}
            if self.usage
            else {}
        )
        return 200, {"created": 1, "data": made, **used}
