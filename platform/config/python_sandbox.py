"""Where the programs of models run, and what one of them may take: see docs/python-sandbox.md."""

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# `browser` (of the person who asks), `container` or `off`.
PYTHON_SANDBOX: str = env.str("PYTHON_SANDBOX", default="browser")
# Of one program: its running time, its memory, and the characters of output that are passed on.
PYTHON_SECONDS: int = max(1, env.int("PYTHON_SECONDS", default=30))
PYTHON_MEMORY_MB: int = max(128, env.int("PYTHON_MEMORY_MB", default=512))
PYTHON_CHARACTERS: int = min(100_000, max(1000, env.int("PYTHON_CHARACTERS", default=20_000)))
# Of which image containers are made, and by which command, found along which path.
PYTHON_SANDBOX_IMAGE: str = env.str("PYTHON_SANDBOX_IMAGE", default="")
PYTHON_SANDBOX_COMMAND: str = env.str("PYTHON_SANDBOX_COMMAND", default="docker")
PYTHON_SANDBOX_PATH: str = env.str("PYTHON_SANDBOX_PATH", default="/usr/local/bin:/usr/bin:/bin")
if PYTHON_SANDBOX not in ("browser", "container", "off"):
    raise ImproperlyConfigured("PYTHON_SANDBOX is browser, container or off.")
if PYTHON_SANDBOX == "container" and not PYTHON_SANDBOX_IMAGE:
    raise ImproperlyConfigured(
        "PYTHON_SANDBOX=container needs PYTHON_SANDBOX_IMAGE, an image with python3 in it."
    )
