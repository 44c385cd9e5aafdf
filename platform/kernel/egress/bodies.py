"""Bodies are counted as they come and unpacked in bounded steps, so that a small one cannot become a large one."""

import zlib
from collections.abc import Iterator
from typing import Any, Protocol

import brotli  # type: ignore[import-untyped]

from kernel.egress.errors import EgressInterrupted, EgressTooLarge

STEP = 256 * 1024
DECODED = "gzip, deflate, br"


class _Decoder(Protocol):
    def steps(self, data: bytes) -> Iterator[bytes]: ...


class _Zlib:
    def __init__(self, window: int) -> None:
        self._window = window
        self._inner = zlib.decompressobj(window)

    def steps(self, data: bytes) -> Iterator[bytes]:
        while data:
            try:
                piece = self._inner.decompress(data, STEP)
            except zlib.error:
                if self._window != zlib.MAX_WBITS:
                    raise
                # Some servers call a bare deflate stream "deflate", without zlib's header.
                self._window = -zlib.MAX_WBITS
                self._inner = zlib.decompressobj(self._window)
                continue
            if piece:
                yield piece
            data = self._inner.unconsumed_tail


class _Brotli:
    def __init__(self) -> None:
        self._inner: Any = brotli.Decompressor()

    def steps(self, data: bytes) -> Iterator[bytes]:
        piece = self._inner.process(data, output_buffer_limit=STEP)
        while piece:
            yield piece
            piece = self._inner.process(b"", output_buffer_limit=STEP)


class _Identity:
    def steps(self, data: bytes) -> Iterator[bytes]:
        yield data


def _decoder(coding: str) -> _Decoder:
    match coding:
        case "" | "identity":
            return _Identity()
        case "gzip" | "x-gzip":
            return _Zlib(zlib.MAX_WBITS | 16)
        case "deflate":
            return _Zlib(zlib.MAX_WBITS)
        case "br":
            return _Brotli()
    raise ValueError(coding)  # several codings on top of each other, or an unknown one


class Meter:
    """Unpacks one body and stops it at the limit, counted raw and unpacked."""

    def __init__(self, host: str, coding: str, *, max_bytes: int) -> None:
        self.host, self._limit = host, max_bytes
        self._raw = self._decoded = 0
        try:
            self._decoder = _decoder(coding.strip().lower())
        except ValueError:
            raise EgressInterrupted(host=host) from None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpack what arrived.

        Raises:
            EgressTooLarge: more than the call takes, packed or unpacked.
            EgressInterrupted: it cannot be unpacked.
        """
        self._raw += len(data)
        self._check(self._raw)
        try:
            for piece in self._decoder.steps(data):
                self._decoded += len(piece)
                self._check(self._decoded)
                yield piece
        except (zlib.error, brotli.error):
            raise EgressInterrupted(host=self.host) from None

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise EgressTooLarge(host=self.host)
