"""The manager's screens of staff accounts."""
