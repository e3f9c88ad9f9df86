"""Challenge page: a wall against robots in the place of the page."""

from __future__ import annotations

import re

from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading, label_of

_MARKUP = re.compile(
    r"cf[-_]chl|cf-challenge|challenge-platform|_cf_chl_opt|g-recaptcha|h-captcha|hcaptcha\.com|geetest|TCaptcha|"
    r"aliyun_waf|acw_sc__v2|"
    r"__jsl_clearance|yunsuo_session|incapsula|_Incapsula_|datadome|perimeterx|px-captcha|safedog|WAF_",
    re.IGNORECASE,
)
_WORDING = re.compile(
    r"(?:安全|人机|身份|滑动|浏览器|访问|访客)(?:验证|校验|检测|检查)|请(?:完成|输入|通过).{0,8}验证|验证码|"
    r"拖动滑块|访问(?:过于频繁|异常|受限|被拒绝|被拦截)|异常(?:访问|流量)|"
    r"正在(?:验证|检查|检测).{0,10}(?:浏览器|环境|安全)|启用\s*(?:JavaScript|Cookie)|Just a moment|"
    r"Checking your browser|verify (?:that )?you are (?:a )?human|"
    r"Attention Required|Access (?:Denied|denied)|unusual traffic|are you a robot|enable JavaScript and cookies",
    re.IGNORECASE,
)
_REFUSALS = frozenset({401, 403, 405, 412, 429, 503, 521})
_LITTLE, _NOTHING = 220, 80
_HEAD = 50_000
"""Characters in which a page that only sets a cookie and loads itself again has said so."""


def label(reading: Reading) -> QualityLabel | None:
    """By its wording and the marks of known walls, where there is next to no text and no article's shape."""
    if reading.amount >= _LITTLE or reading.shown_amount >= 3 * _LITTLE:
        return None
    refused = reading.status in _REFUSALS
    if reading.is_told and not refused:  # a short report on captchas is one
        return None
    noscript = "" if reading.tree is None else " ".join("".join(n.itertext()) for n in reading.tree.iter("noscript"))
    said = _WORDING.search(f"{reading.doc_title}\n{reading.shown}\n{noscript[:2000]}")
    marks = _MARKUP.search(reading.html[:200_000]) if said or refused else None  # they do not tell by themselves
    scripted = reading.shown_amount < 20 and _only_sets_a_cookie(reading)
    told = 0.5 if reading.amount < _NOTHING else 0.3
    score = told * bool(said) + 0.35 * bool(marks) + 0.3 * refused + 0.6 * scripted
    if score < 0.5:
        return None
    shown = (said and said[0]) or (marks and marks[0]) or "a script that sets a cookie and loads the page again"
    return label_of("challenge_page", score + 0.2, f"status {reading.status}, {shown}")


def _only_sets_a_cookie(reading: Reading) -> bool:
    html = reading.html[:_HEAD]
    return reading.tree is not None and "<script" in html.lower() and "document.cookie" in reading.html
