"""What two screens draw."""
