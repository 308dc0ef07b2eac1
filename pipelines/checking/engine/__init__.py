"""The way of a check, from a file to its findings in words."""
