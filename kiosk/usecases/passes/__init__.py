"""Passes: handing out, replacing and revoking."""
