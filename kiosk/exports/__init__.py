"""Answers of a desk as files and pictures."""
