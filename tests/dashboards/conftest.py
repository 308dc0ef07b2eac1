"""A built site for the tests of its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.data.look import Look
from dashboards.drawing.chromium import find_browser
from dashboards.site import SiteReport, build_site
from tests.dashboards import made_up


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published data of a small board."""
    return made_up.write(tmp_path_factory.mktemp("data"), made_up.everything())


@pytest.fixture(scope="session")
def look() -> Look:
    """A board's look, with the shapes of wards."""
    return Look(shapes=made_up.shapes())


@pytest.fixture(scope="session")
def chart_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures, drawn once for all tests."""
    return tmp_path_factory.mktemp("charts")


@pytest.fixture(scope="session")
def built(
    data: Path, look: Look, chart_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, SiteReport]:
    """The draft site of the small board, pictures and all, and its report."""
    if find_browser() is None:
        pytest.skip("no Chromium to draw with: scripts/install-browser installs it")
    folder = tmp_path_factory.mktemp("built") / "site"
    return folder, build_site(data, folder, status="draft", chart_cache=chart_cache, look=look)


@pytest.fixture(scope="session")
def site(built: tuple[Path, SiteReport]) -> Path:
    """The folder of the draft site. Only read it: tests that change it copy it first."""
    return built[0]
