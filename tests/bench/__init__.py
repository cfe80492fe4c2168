"""How fast the kiosk is, beside the floor of the same run (design 12): `python -m tests.bench`."""
