"""Lists, plans and passes as files to hand out."""
