"""Whoever changes how texts are made changes the version that their rows name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pipelines
from pipelines.version import digest_of, text_version


def test_the_version_follows_the_source(tmp_path: Path) -> None:
    folder = tmp_path / "pipelines"
    shutil.copytree(Path(pipelines.__file__).parent, folder)
    assert re.fullmatch(r"[0-9a-f]{12}", text_version()) and digest_of(folder) == text_version()
    with (folder / "items.py").open("a", encoding="utf-8") as file:
        file.write("# carries texts about, has no say in them")
    assert digest_of(folder) == text_version()
    with (folder / "quality" / "soft_404.py").open("a", encoding="utf-8") as file:
        file.write("# has a say")
    assert digest_of(folder) != text_version()
