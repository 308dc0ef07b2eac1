"""Receiving a file: receipts, annotated copies, explanations, decisions; the desk."""
