"""The clinic's rules as plain Python: values in, values out."""
