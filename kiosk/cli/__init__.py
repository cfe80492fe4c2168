"""The `kiosk` command: a file per noun; parses, calls a desk, prints."""
