"""What creators earn: shares, clawback, reviews, the month's close and its statements."""
