"""An S3 server on this machine for the tests of what machines share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import machines


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """A server that runs while a module's tests do, and an environment in which clients find it."""
    with machines.running():
        yield


@pytest.fixture
def address(server: None) -> str:
    """A folder in a bucket of its own."""
    del server
    return machines.new_address()
