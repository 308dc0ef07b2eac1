"""Deadlines as people write them, read as dates."""
