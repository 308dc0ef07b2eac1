"""The rules' words, read from ``rules/*.toml``, which an officer can edit.

A rule is ``[ROW-001]`` with ``version, severity, title, intent, put_right, message, hint``. Where
a rule speaks in several ways, ``[ROW-001.name_of_variant]`` has a ``message``, a ``hint`` and
perhaps another ``severity``; what a variant does not say is taken from the rule. Words in curly
brackets are filled in: ``{value}`` is the cell, the others are named by the check. ``made_by``
names the code that makes the finding where it is not a check of a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from schemas.finding import Severity

WORDS_DIR = Path(__file__).parents[1] / "rules"
_OF_A_RULE = ("version", "severity", "title", "intent", "put_right", "message", "hint")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One way in which a rule speaks."""

    severity: Severity
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the catalogue. ``wordings`` has the plain words under ""."""

    id: str
    version: int
    severity: Severity
    title: str
    intent: str
    put_right: str
    wordings: Mapping[str, Wording]
    made_by: str | None


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule by its id, in the order of the files and within them.

    Raises:
        ValueError: A rule stands twice or lacks a field.
    """
    found: dict[str, Rule] = {}
    for path in sorted(WORDS_DIR.glob("*.toml")):
        for rule_id, fields in tomllib.loads(path.read_text(encoding="utf-8")).items():
            missing = [name for name in _OF_A_RULE if name not in fields]
            if missing:
                raise ValueError(f"{path.name}: {rule_id} has no {', '.join(missing)}")
            if rule_id in found:
                raise ValueError(f"{path.name}: {rule_id} stands twice")
            found[rule_id] = _rule(rule_id, fields)
    return MappingProxyType(found)


def _rule(rule_id: str, fields: dict[str, Any]) -> Rule:
    severity = Severity(fields["severity"])
    plain = Wording(severity=severity, message=fields["message"], hint=fields["hint"])
    wordings = {"": plain}
    for name, own in fields.items():
        if isinstance(own, dict):
            wordings[name] = Wording(
                severity=Severity(own.get("severity", severity)),
                message=own.get("message", plain.message),
                hint=own.get("hint", plain.hint),
            )
    return Rule(
        id=rule_id,
        version=fields["version"],
        severity=severity,
        title=fields["title"],
        intent=fields["intent"],
        put_right=fields["put_right"],
        wordings=MappingProxyType(wordings),
        made_by=fields.get("made_by"),
    )
