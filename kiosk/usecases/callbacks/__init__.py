"""Callback requests: a visitor's submission, and the desk of those who call."""
