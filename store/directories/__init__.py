"""An organisation's own store: what its people find, what they have to have, and what they may take from outside."""
