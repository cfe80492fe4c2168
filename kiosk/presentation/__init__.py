"""Wording, charts and tables that the command line and the desk share."""
