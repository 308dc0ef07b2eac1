"""The warehouse: raw tables declared once, loading, health."""
