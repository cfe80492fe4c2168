"""Callback requests: submitting them, and the desk of those who call."""
