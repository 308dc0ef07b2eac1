"""Keeping what must not be lost: verify every hash, back up, restore."""
