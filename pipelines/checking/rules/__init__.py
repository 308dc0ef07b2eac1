"""The rules: each family's code beside the words of its findings."""
