"""What a valid return is, and the typed models of reference data."""
