from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.moving import export_index, parquet
from tests.index.corpus import make_article
from tests.moving.made import ODD, TALKS, build


@pytest.fixture(scope="package")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An index with a history (generation 3: an update, a removal), and its export in several row groups."""
    folder = tmp_path_factory.mktemp("pristine")
    build(folder / "index", [*(make_article(i) for i in range(20)), TALKS, *ODD])
    build(
        folder / "index", [make_article(3, "The rocket flew again. It was old rocket news.")], ("article-007",)
    ).close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "GROUP_PASSAGES", 9)
        export_index(folder / "index", folder / "export")
    return folder / "index", folder / "export"


@pytest.fixture
def index(pristine: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine[0], tmp_path / "index"))


@pytest.fixture
def export(pristine: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine[1], tmp_path / "export"))
