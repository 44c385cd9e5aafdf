"""Passages a second that the built-in embedder makes by itself: `python -m harness.embedder_rate TEXTS.json`."""

import json
import sys
import time
from pathlib import Path

from providers.adapters.local_embedder import LocalEmbedder


def main(file: Path) -> None:
    """Embed the texts once and print the rate; loading the model is not counted."""
    texts = json.loads(file.read_text())
    embedder = LocalEmbedder("benchmark")
    embedder.passages(["warm"])
    started = time.monotonic()
    embedder.passages(texts)
    print(len(texts) / (time.monotonic() - started))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
