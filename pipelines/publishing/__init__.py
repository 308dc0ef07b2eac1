"""Drafts, sign-off, editions and releases."""
