"""NearDuplicateIndex: exact and near copies of a run, and nothing else."""

from __future__ import annotations

from pipelines.duplicates import NearDuplicateIndex
from tests.pipelines.pages import STORY

TEXT = "".join(STORY) * 2 + "县里还准备在泉眼旁边立一块小小的石碑，写上发现的日期和温度。"


def test_a_copy_is_found_whatever_its_spacing() -> None:
    index = NearDuplicateIndex()
    assert index.add("a", TEXT) == []
    assert index.add("b", "　　" + TEXT.replace("，", ", ")) == [("a", 1.0)]


def test_a_changed_sentence_is_a_near_copy_and_another_story_is_none() -> None:
    index = NearDuplicateIndex(threshold=0.6)
    index.add("a", TEXT)
    [(key, score)] = index.add("b", TEXT.replace("六十万元", "七十五万元"))
    assert key == "a" and 0.7 < score < 1
    assert (
        index.add("c", "城南菜市场周一恢复营业，改造历时五个月，摊位由一百二十个减为九十六个，通道加宽到三米。") == []
    )


def test_adding_again_replaces_and_order_decides_nothing_else() -> None:
    index = NearDuplicateIndex()
    index.add("a", TEXT)
    index.add("a", "城南菜市场周一恢复营业，改造历时五个月。")
    assert index.add("b", TEXT) == []
    assert index.add("c", "") == [] and index.add("d", "短") == []
