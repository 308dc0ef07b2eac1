"""The published site: a pure function from published data to a folder of pages."""
