"""From a partner's file to a signed-off release, in plain Python without Dagster."""
