"""Checking a return: from its bytes to typed rows and findings."""
