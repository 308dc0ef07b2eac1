"""Write docs/rules and docs/returns from what is declared: run it from the project's folder.

python -m scripts.write_docs
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.checking.engine.wording import rules
from scripts.reference_pages import (
    Example,
    return_page,
    returns_index,
    rule_page,
    rules_index,
)
from tests.boards import birmingham
from tests.pipelines.checking.cases import Case

DOCS = Path(__file__).resolve().parents[1] / "docs"


def pages() -> dict[str, str]:
    """Every page by its place below ``docs``. The examples of a rule are its own bad files."""
    reference = birmingham()
    made = {"rules/index.md": rules_index(rules())}
    board = reference.settings.name
    made |= {
        f"rules/{name}.md": rule_page(rule, _examples(name), board=board)
        for name, rule in rules().items()
    }
    made["returns/index.md"] = returns_index(reference.declared_returns, reference)
    made |= {
        f"returns/{name}.md": return_page(ret, reference)
        for name, ret in reference.declared_returns.items()
    }
    return made


def _examples(rule: str) -> list[Example]:
    case = Case(rule)
    if not case.is_of_a_file:
        return []
    found = []
    for file in case.bad:
        own = tuple(one for one in case.check(file).findings if one.rule == rule)
        found.append(Example(content=file.read_bytes(), findings=own))
    return found


def main() -> None:
    """Write the pages that are new or changed, and take away those of what is gone."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    made = pages()
    for folder in ("rules", "returns"):
        (DOCS / folder).mkdir(exist_ok=True)
        for file in (DOCS / folder).glob("*.md"):
            if f"{folder}/{file.name}" not in made:
                file.unlink()
    for place, text in made.items():
        (DOCS / place).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
