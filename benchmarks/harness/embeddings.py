"""An OpenAI-compatible embeddings server whose every call takes the same time, whatever it is asked.

`python -m harness.embeddings PORT MILLISECONDS`
"""

import asyncio
import base64
import re
import struct
import sys

import orjson
import uvloop

MODEL, DIMENSIONS = "mock-embed", 384
VECTOR = [0.05] * DIMENSIONS
PACKED = base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *VECTOR)).decode()


def _answer(body: bytes) -> bytes:
    asked = orjson.loads(body)
    count = len(asked["input"]) if isinstance(asked["input"], list) else 1
    vector = PACKED if asked.get("encoding_format") == "base64" else VECTOR
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(count)]
    usage = {"prompt_tokens": count, "total_tokens": count}
    return orjson.dumps({"object": "list", "model": MODEL, "data": data, "usage": usage})


def _response(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


async def serve(port: int, seconds: float) -> None:
    """Serve on loopback until the process is ended."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                announced = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(announced[1])) if announced else b""
                if head.startswith(b"POST"):
                    await asyncio.sleep(seconds)
                    writer.write(_response(_answer(body)))
                else:
                    models = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
                    writer.write(_response(orjson.dumps(models)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=2**26)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2]) / 1000))
