"""Login wall: the text, or most of it, is kept for those who log in or pay."""

from __future__ import annotations

import re

from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading, label_of

_WALL = re.compile(
    r"(?:请|需要?|須|立即)(?:先)?(?:登录|登陆|登入|登錄|注册|开通会员|订阅|購買|购买)[^。\n]{0,16}(?:查看|阅读|阅览|"
    r"閱讀|继续阅读|全文)(?!评论|評論|留言|回[复覆])|"
    r"(?:登录|登陆|登入|订阅|付费|成为会员|开通会员)后?(?:可|才能|即可|方可|继续|可以)?(?:查看|阅读|閱讀|继续|解锁)"
    r"(?!评论|評論|留言|回[复覆]|发[言表]|發[言表]|操作|使用)|"
    r"(?:会员|付费|訂戶|會員)(?:专享|专属|專屬|專享|可见)(?:内容|文章|全文)?|(?:会员|付费|訂戶|會員)(?:内容|文章)|"
    r"剩余.{0,12}(?:付费|会员|订阅)|subscribe to (?:continue|read)|log ?in to (?:continue|read)|"
    r"for subscribers only|to continue reading",
    re.IGNORECASE,
)
_LITTLE, _HARDLY_ANY, _LINE, _PARAGRAPH = 500, 150, 200, 40


def label(reading: Reading) -> QualityLabel | None:
    """By the wording of the wall below a text that is short or missing, and by a password field."""
    if reading.amount >= _LITTLE:
        return None
    said = next((found for text in _lines_below(reading) if (found := _WALL.search(text))), None)
    field = reading.tree is not None and any(
        (node.get("type") or "").lower() == "password" for node in reading.tree.iter("input")
    )
    if said:
        score = 0.9 if reading.amount < _HARDLY_ANY or field else 0.7
        return label_of("login_wall", score, f"{said[0].strip()!r} beside {reading.amount} characters of text")
    if field and reading.amount < 60 and reading.shown_amount < _LINE:
        return label_of("login_wall", 0.7, "a password field and no text")
    return None


def _lines_below(reading: Reading) -> list[str]:
    """The short lines from the text's first block on that are no paragraphs of it: what a menu above offers to members
    is no wall, nor what an article has to say of paying readers."""
    first = reading.blocks[0][:40] if reading.blocks else ""
    at = next((i for i, segment in enumerate(reading.segments) if first and segment.text.startswith(first)), 0)
    paragraphs = {block for block in reading.blocks if len(block) >= _PARAGRAPH}
    texts = (segment.text for segment in reading.segments[at:])
    return [text for text in texts if len(text) < _LINE and text not in paragraphs]
