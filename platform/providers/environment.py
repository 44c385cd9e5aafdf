"""The providers that operators name in the environment."""

from django.conf import settings

from kernel.egress import trust_url

SLUG = "openai"
OPENAI = "https://api.openai.com/v1"


def environment_base_url() -> str:
    """The address of the provider in OPENAI_BASE_URL and OPENAI_API_KEY; empty where neither is set."""
    if settings.OPENAI_BASE_URL:
        return str(settings.OPENAI_BASE_URL).rstrip("/")
    return OPENAI if settings.OPENAI_API_KEY else ""


def trust_environment() -> None:
    """Let the egress guard through to exactly the hosts and ports that the operator named."""
    for url in (environment_base_url(), settings.SMOLLM2_URL, settings.LOCAL_MODEL_URL, settings.RERANK_URL):
        if url:
            trust_url(url)
