"""Which store of vectors a deployment uses, read from the environment."""

from environ import Env

PARTS = ("url", "key", "database", "grpc_url")


def vector_store(env: Env, variable: str, *, default: str = "") -> dict[str, str]:
    """A store's name and how to reach it: `variable` holds its name, `variable`_URL its address, and so on."""
    read = {part: env.str(f"{variable}_{part.upper()}", default="") for part in PARTS}
    return {"name": env.str(variable, default="").strip().lower() or default, **read}
