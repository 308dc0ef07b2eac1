"""The record: every submission and decision, kept for ever; verify, erasure, backup."""
