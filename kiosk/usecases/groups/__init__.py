"""Groups and sessions: the desk that plans them, and imports."""
