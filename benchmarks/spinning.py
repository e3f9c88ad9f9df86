"""Spinning: what content farms do to other people's texts, done to our own, so that the labels can be tried on it.

Each transformation is deterministic: the same text comes out spun the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

Blocks = Sequence[str]
Spinner = Callable[[Blocks], list[str]]

COMMON = """
我们 咱们|去年 客岁|今年 本年|明年 来岁|介绍 引见|人员 职员|居民 住民|老人 白叟|负责人 担当人|因此 是以|所以 以是
左右 摆布|严重 紧张|服务 办事|保证 包管|医院 病院|学生 门生|提高 进步|需要 必要|安全 平安|问题 题目|开始 最先
增加 增添|减少 削减|检查 查抄|活动 举动|明显 较着|最后 末了|重要 首要|目前 今朝|工作 事情|表示 暗示|通过 经由过程
如果 假如|虽然 固然|但是 可是|几乎 险些|已经 曾经|突然 俄然|逐渐 渐渐|不断 不停|立即 顷刻|今天 本日|当天 当日
然后 而后|另外 别的|其他 其余|其中 此中|许多 很多|非常 十分|特别 出格|必须 必需|应该 应当|可能 大概|继续 持续|同时 同时
结束 竣事|准备 筹办|安排 部署|选择 挑选|参加 到场|接受 承受|形成 构成|出现 呈现|提供 供给|支持 撑持|帮助 匡助|处理 处置
解决 办理|造成 酿成|降低 低落|下降 降落|超过 跨越|达到 到达|完成 实现|使用 利用|购买 采办|价格 代价|产品 产物|质量 品质
数量 数目|方法 要领|办法 法子|原因 缘由|结果 成果|效果 结果|影响 作用|作用 感化|条件 前提|标准 尺度|水平 程度|身体 身材
孩子 小孩|父母 怙恃|老师 教员|医生 大夫|病人 患者|记录 纪录|知道 晓得|觉得 感觉|认为 以为|看到 瞥见|遇到 碰到|时间 工夫
附近 左近|周围 四周|里面 内里|外面 表面|道路 门路|车辆 车子|温度 气温|困难 坚苦|简单 简略|复杂 庞大|清楚 清晰|容易 轻易
方便 利便|教育 教诲|城市 都会|农村 屯子|生活 糊口|发现 发明|希望 但愿|措施 办法|情况 环境|朋友 伴侣|及时 实时
"""
"""A spinner's dictionary of swaps that are met everywhere."""
FAR_FETCHED = """
宣布 颁布|市民 城里人|电话 德律风|下降 滑落|预计 猜想|继续 接连|参加 加入|获得 取得|超过 高出|支持 撑腰|公布 发布
成为 变成|调查 查究|提醒 提示|部门 部分|希望 盼愿|快速 飞快|价格 价码|收入 进项|学校 学堂|道路 路途|打开 翻开
可以 可|包括 囊括|选择 拣选|质量 成色|达到 抵达|标准 准绳|影响 波及|关系 瓜葛|原因 缘故|保护 庇佑|儿童 小孩子
"""
"""A dictionary that has few swaps in common with what is met elsewhere: what the labels cannot know beforehand."""


def dictionary(entries: str) -> dict[str, str]:
    pairs = (entry.split() for entry in entries.replace("\n", "|").split("|") if entry.strip())
    return {pair[0]: pair[1] for pair in pairs}


def exchanged(words: Mapping[str, str]) -> Spinner:
    """Every word that the dictionary has becomes another, wherever it stands."""
    pattern = re.compile("|".join(sorted(words, key=len, reverse=True)))
    return lambda blocks: [pattern.sub(lambda found: words[found[0]], block) for block in blocks]


def strewn(sign: str, every: int) -> Spinner:
    """A sign after every so many characters of Han: invisible to readers, not to whoever compares texts."""
    pattern = re.compile(f"([\u3400-\u9fff]{{{every}}})(?=[\u3400-\u9fff])")
    return lambda blocks: [pattern.sub(rf"\1{sign}", block) for block in blocks]


_SPELT = dict(
    zip(
        "的人在有大市中年发生工作",
        re.findall("[a-z]+", "de ren zai you da shi zhong nian fa sheng gong zuo"),
        strict=True,
    )
)
_TRADITIONAL = dict(
    zip(
        "国会学这发来时说对开关门问们个为书车长东风马无业电两实应与从众儿义乐习乡买乱争亏云产亲亿仅价优传伤众后",
        "國會學這發來時說對開關門問們個為書車長東風馬無業電兩實應與從眾兒義樂習鄉買亂爭虧雲產親億僅價優傳傷眾後",
        strict=True,
    )
)


def spelt(blocks: Blocks) -> list[str]:
    """Every other one of some common characters is written as its syllable."""
    return [_every_other(block, _SPELT) for block in blocks]


def half_traditional(blocks: Blocks) -> list[str]:
    """Every other character that has another form is written in it."""
    return [_every_other(block, _TRADITIONAL) for block in blocks]


def _every_other(text: str, forms: Mapping[str, str]) -> str:
    turn = 0
    out = []
    for character in text:
        turn += character in forms
        out.append(forms[character] if character in forms and turn % 2 else character)
    return "".join(out)


def hung(phrase: str) -> Spinner:
    """An advertiser's phrase behind every other clause."""

    def spin(blocks: Blocks) -> list[str]:
        return [
            re.sub(r"([\u3400-\u9fff]{6,}?)([，。])([^，。]*[，。]|$)", rf"\1{phrase}\2\3", block) for block in blocks
        ]

    return spin
