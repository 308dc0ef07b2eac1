"""The upload pages: a thin skin over ``pipelines``."""
