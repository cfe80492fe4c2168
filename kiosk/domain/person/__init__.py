"""One person's data: what they are, and what erasing them leaves."""
