"""The centre: a PostgreSQL database that all kiosks and desks of a clinic share."""
