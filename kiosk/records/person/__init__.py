"""One person's data: what is kept of them, and erasing it."""
