"""Who has checked a language: a native reviewer reads its sentences, articles and helplines."""

NOT_CHECKED = "Not yet checked by a native reviewer."
"""Stands at the head of every catalogue and article that no native reviewer has read."""
