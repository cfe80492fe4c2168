"""Reports, audit trail, retention, kiosks and anomalies."""
