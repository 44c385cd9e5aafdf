"""The web process: streaming endpoints beside Django."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_asgi_application()

from kernel.asgi import StreamingApplication  # noqa: E402 - needs the applications to be loaded

application = StreamingApplication(_django)
