"""Asset checks shown on Dagster's pages."""
