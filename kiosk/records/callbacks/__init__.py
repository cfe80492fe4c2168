"""Callback requests: their facts, what is new of them, those that may be open, and notices."""
