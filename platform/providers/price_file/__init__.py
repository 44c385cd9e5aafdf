"""Reading files of models and prices: our own shape as YAML, JSON or CSV, and LiteLLM's."""
