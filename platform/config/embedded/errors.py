"""What can keep Bottega from starting, in words for the person at the terminal."""


class StartError(Exception):
    """A sentence that says what happened and what to do; shown without a traceback."""
