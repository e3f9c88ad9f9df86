"""Site profiles: what they say is read, and what is wrong is said in one line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.errors import ConfigError
from crawler.profiles import (
    CRAWL_KEYS,
    EXTRACT_KEYS,
    CrawlRules,
    SiteProfile,
    choose_sites,
    load_profile,
    load_profiles,
    profile_for,
    rules_for,
)
from pipelines.rules import ExtractRules

ROOT = Path(__file__).parents[2]
GOOD = """name = "yunjiang"
[crawl]
seeds = ["http://www.yunjiang.example/"]
"""


def write(folder: Path, text: str, name: str = "yunjiang.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_smallest(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "README.md").write_text("not a profile")
    assert load_profiles(tmp_path) == {
        "yunjiang": SiteProfile(name="yunjiang", crawl=CrawlRules(seeds=("http://www.yunjiang.example/",)))
    }


def test_the_example_of_the_docs() -> None:
    profile = load_profile(ROOT / "docs" / "example-site.toml")
    assert profile.crawl.max_depth == 3 and profile.crawl.due_every == 6.0 and profile.crawl.delay == 2.5
    assert len(profile.crawl.seeds) == 4 and profile.crawl.deny[1] == "[?&]sort="
    assert [rules.valid_until for rules in profile.extract] == [date(2030, 6, 30), None]
    said = {f.name for rules in profile.extract for f in attrs.fields(ExtractRules) if getattr(rules, f.name)}
    assert said == {f.name for f in attrs.fields(ExtractRules)}, "the example shows every key"
    shown = {f.name for f in attrs.fields(CrawlRules) if getattr(profile.crawl, f.name) != f.default}
    assert {f.name for f in attrs.fields(CrawlRules)} - shown <= {"follow_subdomains"}


def test_every_key_is_read_and_in_the_docs() -> None:
    assert set(CRAWL_KEYS) == {field.name for field in attrs.fields(CrawlRules)}
    assert set(EXTRACT_KEYS) == {field.name for field in attrs.fields(ExtractRules)}
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "how-to-add-a-site.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted([*CRAWL_KEYS, *EXTRACT_KEYS, *(field.name for field in attrs.fields(SiteProfile))])


def test_the_projects_own_sites_load() -> None:
    load_profiles(ROOT / "crawler" / "sites")


def test_hosts_and_urls_become_plain(tmp_path: Path) -> None:
    text = GOOD.replace("www.yunjiang.example/", "云江.example/要闻")
    text += 'allow_hosts = ["*.Media.Example", "b.example:80"]\n'
    crawl = load_profile(write(tmp_path, text)).crawl
    assert crawl.seeds == ("http://xn--gjqq74i.example/%E8%A6%81%E9%97%BB",) or crawl.seeds[0].isascii()
    assert crawl.allow_hosts == ("*.media.example", "b.example")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "max_deep = 3\n", ["crawl.max_deep = 3", 'did you mean "max_depth"?']),
        (GOOD + 'max_depth = "3"\n', ['crawl.max_depth = "3"', "whole number"]),
        (GOOD + "max_depth = true\n", ["crawl.max_depth = True", "whole number"]),
        (GOOD + "max_depth = -1\n", ["crawl.max_depth = -1", "from 0 to 100"]),
        (GOOD + "delay = -0.5\n", ["crawl.delay = -0.5", "from 0 to 3600"]),
        (GOOD + "delay = nan\n", ["crawl.delay = nan", "from 0 to 3600"]),
        (GOOD + 'obey_nofollow = "yes"\n', ['crawl.obey_nofollow = "yes"', "true or false"]),
        (GOOD + 'deny = "x"\n', ['crawl.deny = "x"', "must be a list"]),
        (GOOD + "deny = ['/a/', '(']\n", ["crawl.deny", "item 2", "not a regular expression"]),
        (GOOD + 'allow_hosts = ["http://b.example/"]\n', ["crawl.allow_hosts", "not a host"]),
        (GOOD + 'allow_hosts = ["b.example:99999"]\n', ["crawl.allow_hosts", "not a host"]),
        (GOOD + 'allow_hosts = [""]\n', ["crawl.allow_hosts", "is empty"]),
        (GOOD + "[[extract]]\nmain = \"//div[@id='x'\"\n", ["extract[1].main", "not an XPath"]),
        (GOOD + '[[extract]]\nmain = "nope()"\n', ["extract[1].main", "not an XPath"]),
        (GOOD + '[[extract]]\nmain = "x:div"\n', ["extract[1].main", "not an XPath"]),
        (GOOD + '[[extract]]\nmain = "count(//p)"\n', ["extract[1].main", "does not select elements"]),
        (GOOD + '[[extract]]\n[[extract]]\nremove = ["//p", 3]\n', ["extract[2].remove", "item 2 (3)"]),
        (GOOD + '[[extract]]\nvalid_until = "2030-06-30"\n', ["extract[1].valid_until", "date without quotes"]),
        (GOOD + "[[extract]]\nvalid_until = 2030-06-30T00:00:00\n", ["extract[1].valid_until", "date without quotes"]),
        (GOOD + "[[extract]]\nvalid_until = 2030-06-31\n", ["line 5", "is not TOML"]),
        (GOOD + "[[extract]]\n[[extract]]\n", ["extract[2].valid_until", "same day"]),
        (GOOD + "[extract]\nmain = '//p'\n", ["extract = ", "[[extract]]"]),
        ("crawl = 3\n" + GOOD.replace("[crawl]\nseeds", "#"), ["crawl = 3", "must be a table"]),
        (GOOD.replace("www.yunjiang.example", "["), ["crawl.seeds", "not a URL"]),
        (GOOD.replace("http:", "ftp:"), ["crawl.seeds", "not a URL"]),
        (GOOD.replace("[crawl]", "").replace("seeds", "#"), ["crawl.seeds", "names no page to start from"]),
        (GOOD.replace('"http://www.yunjiang.example/"', ""), ["crawl.seeds", "names no page to start from"]),
        (GOOD.replace('"yunjiang"', '"other"'), ['name = "other"', 'write name = "yunjiang"']),
        (GOOD.replace('name = "yunjiang"', ""), ["name", "is missing"]),
        (GOOD.replace('"yunjiang"', '"a,b"'), ['name = "a,b"', "rename"]),
        ("name = \n" + GOOD, ["line 1, column 8", "is not TOML"]),
        (GOOD + "[crawl]\n", ["line 4", "is not TOML"]),
        (GOOD + 'deny = ["', ["is not TOML"]),
        (GOOD + "deny = " + "[" * 3000, ["is not TOML"]),
        ("", ["name", "is missing"]),
    ],
)
def test_one_line_says_what_is_wrong(tmp_path: Path, text: str, said: list[str]) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load_profiles(tmp_path)
    line = str(raised.value)
    assert line.startswith(f"{path}: ") and "\n" not in line
    for part in said:
        assert part in line


def test_files_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes("# 云\nname = '云江'".encode("gb18030"))
    with pytest.raises(ConfigError, match=r"a\.toml: line 1 = .*not UTF-8"):
        load_profiles(tmp_path)
    (tmp_path / "a.toml").unlink()
    (tmp_path / "a.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load_profiles(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_profiles(tmp_path / "nowhere")


def test_byte_order_mark_and_dos_lines(tmp_path: Path) -> None:
    (tmp_path / "yunjiang.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert list(load_profiles(tmp_path)) == ["yunjiang"]


def test_names_that_differ_in_case_only(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace('"yunjiang"', '"Yunjiang"'), "Yunjiang.toml")
    write(tmp_path, GOOD)
    with pytest.raises(ConfigError, match='"Yunjiang" is taken'):
        load_profiles(tmp_path)


def profile(name: str, **crawl: object) -> SiteProfile:
    return SiteProfile(name=name, crawl=CrawlRules(**crawl))  # type: ignore[arg-type]


def test_profile_for() -> None:
    profiles = {
        p.name: p
        for p in (
            profile("wide", seeds=("http://b.example/",), allow_hosts=("*.yunjiang.example",)),
            profile("exact", seeds=("http://www.yunjiang.example/",)),
            profile("port", seeds=("http://127.0.0.1:8001/",)),
        )
    }
    for url, name in {
        "https://m.yunjiang.example/1": "exact",
        "http://sports.yunjiang.example/": "wide",
        "http://b.example/x": "wide",
        "http://127.0.0.1:8001/x": "port",
        "http://127.0.0.1:8002/x": None,
        "http://evilyunjiang.example/": None,
        "http://[": None,
        "": None,
    }.items():
        found = profile_for(profiles, url)
        assert (found.name if found else None) == name, url


def test_rules_for() -> None:
    old, older, now = (
        ExtractRules(valid_until=day, source=str(day)) for day in (date(2030, 6, 30), date(2028, 1, 1), None)
    )
    site = SiteProfile(name="x", crawl=CrawlRules(), extract=(now, old, older))
    assert rules_for(site, date(2027, 1, 1)) is older
    assert rules_for(site, date(2028, 1, 1)) is older
    assert rules_for(site, date(2028, 1, 2)) is old
    assert rules_for(site, datetime(2030, 6, 30, 23, tzinfo=UTC)) is old
    assert rules_for(site, date(2030, 7, 1)) is now
    assert rules_for(attrs.evolve(site, extract=(old,)), date(2031, 1, 1)) == ExtractRules()
    assert rules_for(None, date(2031, 1, 1)) == ExtractRules()


def test_choose_sites() -> None:
    profiles = {name: profile(name) for name in ("yunjiang", "qinglan", "shiqiao")}
    assert [p.name for p in choose_sites(profiles, "qinglan, yunjiang,qinglan")] == ["qinglan", "yunjiang"]
    assert len(choose_sites(profiles, None)) == 3
    with pytest.raises(ConfigError, match=r'sites = "qinglam": no such site; did you mean "qinglan"\?'):
        choose_sites(profiles, "yunjiang,qinglam")
    with pytest.raises(ConfigError, match="choose from: yunjiang, qinglan, shiqiao"):
        choose_sites(profiles, "zzz")
    with pytest.raises(ConfigError, match="names no site"):
        choose_sites(profiles, " , ")
    with pytest.raises(ConfigError, match="there are none yet"):
        choose_sites({}, "a")
    assert choose_sites({}, None) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary()
    | st.sampled_from(["seeds", "deny", "allow_hosts", "max_depth", "delay"]).flatmap(
        lambda key: st.text(max_size=20).map(lambda value: f"{GOOD}{key} = {value}".encode())
    )
)
def test_any_file_is_a_profile_or_a_config_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "yunjiang.toml"
    path.write_bytes(data)
    try:
        load_profile(path)
    except ConfigError as error:
        _one_line(error)


def _one_line(error: ConfigError) -> None:
    assert "\n" not in str(error)


def test_a_seed_with_a_password_is_refused_and_not_repeated(tmp_path: Path) -> None:
    seeds = '["http://a.example/", "http://user:geheim@a.example/"]'
    (tmp_path / "a.toml").write_text(f'name = "a"\n[crawl]\nseeds = {seeds}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"item 2 .* carries a user name or password") as raised:
        load_profiles(tmp_path)
    assert "geheim" not in str(raised.value) and str(tmp_path / "a.toml") in str(raised.value)
