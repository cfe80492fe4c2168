"""Texts, articles and helplines."""
