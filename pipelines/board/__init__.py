"""The board's own tables, read and checked."""
