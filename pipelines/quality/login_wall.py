"""Login wall: the text, or most of it, is kept for those who log in or pay."""

from __future__ import annotations

import re

from pipelines.content.tree import weight
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

_WALL = re.compile(
    r"(?:请|需要?|須|立即)(?:先)?(?:登录|登陆|登入|登錄|注册|开通会员|订阅|購買|购买)[^。\n]{0,16}(?:查看|阅读|阅览|"
    r"閱讀|继续阅读|全文)|"
    r"(?:登录|登陆|登入|订阅|付费|成为会员|开通会员)后?(?:可|才能|即可|方可|继续|可以)?(?:查看|阅读|閱讀|继续|解锁)|"
    r"(?:会员|付费|訂戶|會員)(?:专享|专属|專屬|專享|可见|内容|文章)|"
    r"剩余.{0,12}(?:付费|会员|订阅)|subscribe to (?:continue|read)|log ?in to (?:continue|read)|"
    r"for subscribers only|to continue reading",
    re.IGNORECASE,
)


def label(reading: Reading) -> QualityLabel | None:
    """By the wording of the wall beside a text that is short or missing, and by a password field."""
    said = next((m for s in reading.segments if len(s.text) < 200 and (m := _WALL.search(s.text))), None)
    field = reading.tree is not None and any(
        (node.get("type") or "").lower() == "password" for node in reading.tree.iter("input")
    )
    amount = weight(reading.text)
    if said and amount < 500:
        score = 0.9 if amount < 150 or field else 0.7
        return QualityLabel(
            name="login_wall", score=score, evidence=f"{said[0].strip()!r} beside {amount} characters of text"
        )
    if field and amount < 60 and weight(reading.shown) < 200:
        return QualityLabel(name="login_wall", score=0.7, evidence="a password field and no text")
    return None
