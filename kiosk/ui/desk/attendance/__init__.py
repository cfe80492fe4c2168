"""The facilitator's screens: sessions, rosters and anomalies."""
