"""Receipts, as text, as a page and as JSON."""
