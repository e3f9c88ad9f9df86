"""Main texts of pages in many outlets' layouts come out whole and clean."""

from __future__ import annotations

import pytest

from pipelines.process import process
from tests.pipelines.layouts import CHINESE
from tests.pipelines.pages import capture_of


@pytest.mark.parametrize("name", CHINESE)
def test_a_chinese_page_gives_its_article(name: str) -> None:
    page, wanted = CHINESE[name]
    assert process([capture_of(page)]).blocks == wanted
