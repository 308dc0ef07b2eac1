"""The rules: each family's code beside its words (``*.toml``)."""
