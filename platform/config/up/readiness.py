"""Ask a web process on this machine whether it is ready."""

import socket


def is_ready(*, host: str, port: int) -> bool:
    """Whether `/health/ready` answers 200."""
    target = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - not binding
    request = f"GET /health/ready HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n".encode()
    try:
        with socket.create_connection((target, port), timeout=10) as connection:  # noqa: TID251 - this machine's own port
            connection.sendall(request)
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def refuse_busy_port(*, host: str, port: int) -> str:
    """A sentence where the port cannot be had; empty where it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return (
                f"Port {port} on {host} cannot be used ({error.strerror}): another program may have it. Stop that "
                f"program, or choose another port: make run PORT={port + 1 if port < 65535 else 8000}"
            )
    return ""
