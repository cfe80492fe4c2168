"""How kiosk/ is built, in figures: `python -m tests.house`."""
