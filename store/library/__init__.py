"""What people keep for themselves: pins, collections, what they used last, and links that they share."""
