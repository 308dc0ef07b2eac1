"""dbt as Dagster needs it: the parsed project, and its runs."""
