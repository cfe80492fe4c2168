"""The visitor's kiosk on plain lines, without any drawing."""
