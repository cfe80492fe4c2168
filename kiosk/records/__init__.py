"""Tables, transactions and queries."""
