"""What differs between two versions of an assistant, or between a version and the draft."""
