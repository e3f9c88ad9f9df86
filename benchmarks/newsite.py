"""News site: generated outlets of a realistic size on loopback, to crawl for the clock.

python -m benchmarks.newsite HOSTS PAGES     serves until its standard input ends; its first line is the port
"""

from __future__ import annotations

import asyncio
import gzip
import random
import sys
from collections.abc import Callable
from functools import cache

from benchmarks.demopages import demo_texts

_PAGE_BYTES = 100_000
_PORT_TRIES = 20
_DATE = "Mon, 09 Mar 2026 04:00:00 GMT"


def host(number: int) -> str:
    """The loopback address of an outlet, from 0."""
    return f"127.0.1.{number + 1}"


def fronts(port: int, hosts: int) -> list[str]:
    """The front page of every outlet."""
    return [f"http://{host(number)}:{port}/" for number in range(hosts)]


def every_url(port: int, hosts: int, pages: int) -> list[str]:
    """What a crawl from the front pages fetches, robots.txt included."""
    paths = ["robots.txt", "", *(path(n).lstrip("/") for n in range(pages))]
    return [front + name for front in fronts(port, hosts) for name in paths]


def path(number: int) -> str:
    """Of an article within its outlet."""
    return f"/2026/03/{1 + number % 28:02d}/content_{100000 + number}.html"


def article(outlet: int, number: int, pages: int) -> str:
    """An article page of about 100 KB, a third of it script and style; the same numbers give the same page."""
    chance = random.Random(outlet * 100_003 + number)
    title, _ = _stories()[(outlet * 7 + number) % len(_stories())]
    paragraphs = [chance.choice(chance.choice(_stories())[1]) for _ in range(chance.randint(12, 24))]
    body = "".join(f'<p style="text-indent:2em">　　{text}</p>\n' for text in paragraphs)
    near = [(number + step) % pages for step in range(1, min(9, pages))]
    side = "".join(f'<li><a href="{path(n)}">{_headline(outlet, n)}</a><em>03-01</em></li>' for n in near)
    heading = f"{title}{number}_远岚网{outlet}"
    page = f"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{heading}</title>
<meta name="keywords" content="远岚,要闻"><meta name="description" content="{paragraphs[0][:80]}">
<style>{_style()}</style><script>{_script(chance, 22_000)}</script></head><body>
<div class="top"><ul>{_menu(outlet)}</ul></div><div class="crumb"><a href="/">首页</a> &gt; 正文</div>
<div class="main"><h1>{title}（{number}）</h1>
<div class="info">2026-03-{1 + number % 28:02d} 09:{number % 60:02d}　来源：远岚日报　作者：沈青禾　责任编辑：陆远</div>
<div class="content">{body}</div><div class="share"><a href="#">微信</a><a href="#">微博</a></div></div>
<div class="side"><h3>相关阅读</h3><ul>{side}</ul></div>"""
    size = len(page.encode("utf-8"))
    filler = _script(chance, max(0, _PAGE_BYTES - size - 200))
    return f'{page}<script>{filler}</script><div class="foot">远岚网 版权所有 未经许可不得转载</div></body></html>'


def front(outlet: int, pages: int) -> str:
    """A front page that links to every article."""
    items = "".join(f'<li><a href="{path(n)}">{_headline(outlet, n)}</a></li>\n' for n in range(pages))
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>远岚网{outlet}</title>'
        f"<style>{_style()}</style></head><body><ul>{_menu(outlet)}</ul><ul class='list'>{items}</ul></body></html>"
    )


def wires(hosts: int, pages: int) -> dict[tuple[str, str], bytes]:
    """The whole answer for every address and path."""
    found = {}
    for outlet in range(hosts):
        found[host(outlet), "/robots.txt"] = _wire(b"User-agent: *\nDisallow: /admin/\n", "text/plain", coded=False)
        found[host(outlet), "/"] = _wire(front(outlet, pages).encode("utf-8"))
        for number in range(pages):
            found[host(outlet), path(number)] = _wire(article(outlet, number, pages).encode("utf-8"))
    return found


def _wire(body: bytes, kind: str = "text/html; charset=utf-8", *, coded: bool = True) -> bytes:
    data = gzip.compress(body, 6, mtime=0) if coded else body
    coding = "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n" if coded else ""
    head = f"HTTP/1.1 200 OK\r\nDate: {_DATE}\r\nServer: nginx\r\nContent-Type: {kind}\r\n{coding}"
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data


@cache
def _stories() -> list[tuple[str, list[str]]]:
    return [(title, paragraphs) for title, paragraphs in demo_texts()["simplified"] if paragraphs]


def _headline(outlet: int, number: int) -> str:
    return f"{_stories()[(outlet * 7 + number) % len(_stories())][0]}（{number}）"


def _menu(outlet: int) -> str:
    names = ("要闻", "时政", "民生", "财经", "教育", "文化", "体育", "科技", "健康", "旅游", "视频", "专题")
    return "".join(
        f'<li class="m{n}"><a href="/#s{outlet}-{n}" target="_self">{name}</a></li>' for n, name in enumerate(names)
    )


@cache
def _style() -> str:
    return "".join(f".c{n}{{margin:{n % 9}px;padding:0 {n % 7}px;color:#{n * 31 % 4096:03x}}}\n" for n in range(250))


def _script(chance: random.Random, size: int) -> str:
    """Script that does nothing, of about `size` bytes, neither all alike nor all random."""
    lines: list[str] = []
    length = 0
    while length < size:
        word = chance.choice(("track", "slot", "banner", "render", "config"))
        lines.append(
            f'window.{word}_{chance.randrange(5000)}=function(a){{return a&&a.id==="{chance.getrandbits(48):x}"}};\n'
        )
        length += len(lines[-1])
    return "".join(lines)


class _Connection(asyncio.Protocol):
    """Answers a client's requests in turn."""

    def __init__(self, answers: dict[tuple[str, str], bytes]) -> None:
        self._answers = answers
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._address: str = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            request, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            target = request.split(b" ", 2)[1].decode("latin-1")
            missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            self._transport.write(self._answers.get((self._address, target), missing))


async def _serve(hosts: int, pages: int) -> None:
    answers = wires(hosts, pages)
    servers = await _listen(hosts, lambda: _Connection(answers))
    print(servers[0].sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        server.close()


async def _listen(hosts: int, connection: Callable[[], _Connection]) -> list[asyncio.Server]:
    """A server for each outlet's address, all on one port that is free on all of them."""
    loop = asyncio.get_running_loop()
    for attempt in range(_PORT_TRIES):
        servers: list[asyncio.Server] = []
        try:
            for outlet in range(hosts):
                port = servers[0].sockets[0].getsockname()[1] if servers else 0
                servers.append(await loop.create_server(connection, host(outlet), port, backlog=128))
            return servers
        except OSError:
            for server in servers:
                server.close()
            if attempt == _PORT_TRIES - 1:
                raise
    raise AssertionError("the loop above returns or raises")


if __name__ == "__main__":
    asyncio.run(_serve(*map(int, sys.argv[1:3])))
