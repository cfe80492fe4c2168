"""A kiosk for peer support in a clinic's waiting room."""
