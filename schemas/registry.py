"""The returns: every module in ``schemas/returns`` that declares one, and nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import schemas.returns
from schemas.declaration import Return


@cache
def returns() -> Mapping[str, Return]:
    """Return every declared return by its name, in the order of the names.

    A return ``<name>`` is the module ``schemas/returns/<name>.py`` with a constant ``RETURN``.

    Raises:
        TypeError: A module declares none.
        ValueError: A module declares one of another name.
    """
    found: dict[str, Return] = {}
    for module in sorted(pkgutil.iter_modules(schemas.returns.__path__), key=lambda m: m.name):
        loaded = importlib.import_module(f"{schemas.returns.__name__}.{module.name}")
        declared = getattr(loaded, "RETURN", None)
        if not isinstance(declared, Return):
            raise TypeError(f"schemas/returns/{module.name}.py declares no RETURN")
        if declared.name != module.name:
            raise ValueError(
                f"schemas/returns/{module.name}.py declares a return named {declared.name}"
            )
        found[declared.name] = declared
    return MappingProxyType(found)
