"""What creators see of how their listings do: counts, and never a person or a word of a conversation."""
