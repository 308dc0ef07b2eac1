"""The folder that files can be dropped into."""
