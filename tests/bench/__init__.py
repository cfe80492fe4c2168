"""How fast the kiosk is, beside the floor of the same run: `python -m tests.bench`."""
