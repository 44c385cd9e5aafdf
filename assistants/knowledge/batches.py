"""How many passages are embedded at once, and for how long at a stretch."""

SLICE_SECONDS = 20.0  # then other work has its turn
WRITE_SECONDS = 0.7  # about how long a batch takes, whatever the model: progress is seen, and little is lost
FIRST_BATCH, SMALLEST, LARGEST = 16, 4, 1024
GROWTH = 32  # at most, from one batch to the next


def next_size(size: int, seconds: float) -> int:
    """How many passages the next batch has, where one of `size` took so long."""
    fitting = int(size * WRITE_SECONDS / max(seconds, 0.001))
    return max(SMALLEST, min(LARGEST, fitting, size * GROWTH))
