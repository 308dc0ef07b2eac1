"""What Dagster's own commands load: ``dagster-webserver -m quarterdeck.definitions``."""

from orchestration.definitions import defs

__all__ = ["defs"]
