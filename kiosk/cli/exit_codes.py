"""The exit codes of the `kiosk` command."""

FAILED = 1
"""Something is not ready or went wrong."""
WRONG_USE = 2
"""The command itself was typed wrongly."""
