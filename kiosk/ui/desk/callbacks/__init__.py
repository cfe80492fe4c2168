"""The caller's screens: the worklist and its requests."""
