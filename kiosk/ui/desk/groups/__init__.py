"""The manager's screens of groups and sessions."""
