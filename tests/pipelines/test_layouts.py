"""Main texts of pages in many outlets' layouts come out whole and clean, and keep their form."""

from __future__ import annotations

import pytest

from pipelines.process import process
from tests.pipelines.layouts import ABROAD, CHINESE, FORMS
from tests.pipelines.pages import STORY, capture_of, page_of


@pytest.mark.parametrize("name", CHINESE)
def test_a_chinese_page_gives_its_article(name: str) -> None:
    page, wanted = CHINESE[name]
    assert process([capture_of(page)]).blocks == wanted


@pytest.mark.parametrize("name", ABROAD)
def test_a_page_in_another_language_gives_its_article(name: str) -> None:
    page, wanted = ABROAD[name]
    assert process([capture_of(page)]).blocks == wanted


@pytest.mark.parametrize("name", FORMS)
def test_what_is_no_plain_paragraph_keeps_its_form_in_one_block(name: str) -> None:
    markup, block = FORMS[name]
    page = page_of(
        (), after=f"<div><p>{STORY[0]}</p>{markup}" + "".join(f"<p>{text}</p>" for text in STORY[1:]) + "</div>"
    )
    assert process([capture_of(page)]).blocks == (STORY[0], block, *STORY[1:])
