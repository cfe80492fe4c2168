"""The machine's own parts: its clock, and its folder of exported files."""
