"""The demo outlets: who they are, and everything they serve once the port is known."""

from __future__ import annotations

from tests.demo.article import load_articles
from tests.demo.gold import Gold
from tests.demo.outlets import fazhi, haidao, kangzhi, kuailan, lanfeng, liuxi, qinglan, yunjiang
from tests.demo.outlets.press import Outlet, Press

OUTLETS = (qinglan, yunjiang, lanfeng, haidao, liuxi, kuailan, kangzhi, fazhi)
ADDRESSES = {module.PLAN.key: module.PLAN.address for module in OUTLETS}


def build_outlets(port: int) -> dict[str, Outlet]:
    """Every outlet by its key, with links that carry `port`."""
    articles = load_articles()
    bases = {key: f"http://{address}:{port}" for key, address in ADDRESSES.items()}
    outlets = {}
    for module in OUTLETS:
        press = Press(module.PLAN, articles, bases, getattr(module, "TEMPLATE_NAMES", None))
        module.make(press)
        outlets[module.PLAN.key] = press.outlet()
    return outlets


def all_gold(port: int) -> list[Gold]:
    """The right answer for every URL there is when the outlets are served on `port`."""
    return [answer for outlet in build_outlets(port).values() for answer in outlet.gold]


__all__ = ["ADDRESSES", "Outlet", "all_gold", "build_outlets"]
