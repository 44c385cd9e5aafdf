"""The public face of those who make assistants, and what was proved about them."""
