"""The visitor's screens, a file and its style sheet each."""
