"""The desks: what each kind of person may do."""
