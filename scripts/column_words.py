"""Write dashboards/columns.toml: what each published column holds, as its model describes it.

python -m scripts.column_words
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import yaml

_ROOT = Path(__file__).resolve().parents[1]
MODELS = _ROOT / "dbt_project" / "models" / "published"
FILE = _ROOT / "dashboards" / "columns.toml"
_HEAD = "# Made by python -m scripts.column_words from the published models; not to be edited.\n"


def text() -> str:
    """The file as it should be: a table for each model, a line for each column."""
    parts = [_HEAD]
    for path in sorted(MODELS.glob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            parts.append(f"\n[{model['name']}]\n")
            parts += [
                f"{column['name']} = {json.dumps(column['description'], ensure_ascii=False)}\n"
                for column in model["columns"]
            ]
    return "".join(parts)


def main() -> None:
    """Write the file."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
