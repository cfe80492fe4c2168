"""What all tests share."""

from hypothesis import settings

# A slow machine is no bug: examples have no deadline.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")
