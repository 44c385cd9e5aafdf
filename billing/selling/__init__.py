"""Selling assistants: what they cost, who agreed to pay it, what was bought, and what is paid back."""
