"""Disclosure control: small numbers suppressed, and what would give them away."""
