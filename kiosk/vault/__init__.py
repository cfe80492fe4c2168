"""Sealing, keys and passphrases."""
