"""The staff's side: sign-in, and a desk for each role."""
