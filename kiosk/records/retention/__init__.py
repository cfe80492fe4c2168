"""What has been kept for long enough: finding it, and deleting it."""
