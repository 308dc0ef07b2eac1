"""What a valid return is; findings; the typed models of reference data."""
