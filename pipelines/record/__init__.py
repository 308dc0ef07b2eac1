"""The record: every submission and decision, kept for ever, and erasure."""
