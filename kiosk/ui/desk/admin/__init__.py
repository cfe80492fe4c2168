"""The manager's screens of reports, retention, audit trail and kiosks."""
