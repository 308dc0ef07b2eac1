"""The board's tables: read, typed and checked."""
