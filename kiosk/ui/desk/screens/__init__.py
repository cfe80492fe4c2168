"""The screens of the desk, a file each."""
