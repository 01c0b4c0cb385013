from collections.abc import Iterator

import pytest

from tests.reading.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
