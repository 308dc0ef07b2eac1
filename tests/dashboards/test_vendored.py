"""Plotly's script is the one that the installed plotly.py writes figures for, unchanged.

The trap: a newer plotly.py writes what an older script draws wrongly, and nothing says so.
"""

from __future__ import annotations

import hashlib
import re

from plotly.offline import get_plotlyjs_version

from dashboards.drawing import rendering


def test_the_script_is_of_the_version_that_figures_are_written_for() -> None:
    start = rendering.PLOTLY_SCRIPT.read_text(encoding="utf-8")[:300]
    found = re.search(r"plotly\.js \(basic[^)]*\) v([\d.]+)", start)
    assert found
    assert found[1] == get_plotlyjs_version()


def test_the_script_has_the_hash_that_its_readme_gives() -> None:
    readme = (rendering.PLOTLY_SCRIPT.parent / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(rendering.PLOTLY_SCRIPT.read_bytes()).hexdigest() in readme


def test_the_style_is_that_of_the_script_version_and_holds_no_address() -> None:
    style = (rendering.PLOTLY_SCRIPT.parent / "plotly.css").read_text(encoding="utf-8")
    assert ".js-plotly-plot .plotly .main-svg" in style
    assert "http" not in style
    assert "url(" not in style
