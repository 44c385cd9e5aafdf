"""Whether there is a model to answer with."""

from providers.catalogue import ModelNotFound, default_chat_model


def models_ready() -> str:
    """ "ok", or what is missing. No provider is called: one that is down must not take the whole house down."""
    try:
        default_chat_model()
    except ModelNotFound:
        return "The catalogue of models is empty: run `manage.py sync_models`."
    return "ok"
