"""Screens of members and their passes."""
