"""The outside of the machine."""
