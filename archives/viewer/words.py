"""Words: what the viewer says, in Chinese and English."""

from __future__ import annotations

import re

LANGUAGES = {"zh": "zh-Hans", "en": "en"}
"""Our name of a language and its `lang` attribute (BCP 47)."""

_WORDS: dict[str, tuple[str, str]] = {
    # -- the frame
    "viewer": ("档案浏览", "archive viewer"),
    "skip": ("跳到正文", "Skip to content"),
    "sections": ("栏目", "Sections"),
    "overview": ("概览", "Overview"),
    "texts": ("文本", "Texts"),
    "ledger": ("台账", "Ledger"),
    "other_language": ("English", "中文"),
    # -- overview
    "runs": ("采集轮次", "Runs"),
    "run": ("轮次", "Run"),
    "verdict": ("结论", "Verdict"),
    "started": ("开始", "Started"),
    "finished": ("结束", "Finished"),
    "archived": ("已存档", "Archived"),
    "failures": ("失败", "Failures"),
    "failed_urls": ("失败网址", "Failed URLs"),
    "report": ("报告", "Report"),
    "captures": ("存档记录", "Captures"),
    "no_runs": ("还没有采集过。", "Nothing was crawled yet."),
    "chain": ("校验链", "Chain"),
    "chain_sound": (
        "{links} 行，前后相接，签名有效。", "{links} lines, each following the one before, every signature valid.",
    ),
    "chain_none": ("还没有校验链。", "There is no chain yet."),
    "chain_broken": ("校验链有问题。", "The chain does not hold."),
    "chain_line": ("第 {number} 行", "line {number}"),
    "chain_unsealed": ("未入链", "not in the chain"),
    "chain_note": (
        "这里只核对链本身；要逐字节核对整个档案，请运行 verify 或 audit。",
        "This looks at the chain alone; to check every byte of the archive, run verify or audit.",
    ),
    "warc_files": ("WARC 文件", "WARC files"),
    "file": ("文件", "File"),
    "size": ("字节", "Bytes"),
    "being_written": ("正在写入", "being written"),
    "unknown": ("未知", "unknown"),
    "none": ("无", "none"),
    "states": ("网址状态", "States of URLs"),
    # -- list of texts
    "search": ("搜索", "Search"),
    "search_texts": ("在标题和正文中搜索", "Search titles and texts"),
    "site": ("站点", "Site"),
    "label": ("标签", "Label"),
    "since": ("起始日期", "From"),
    "until": ("截止日期", "To"),
    "any": ("不限", "any"),
    "apply": ("筛选", "Show"),
    "reset": ("清除条件", "Clear"),
    "found": ("共 {total} 条", "{total} found"),
    "nothing_found": ("没有符合条件的结果。", "Nothing matches."),
    "title": ("标题", "Title"),
    "no_title": ("（无标题）", "(no title)"),
    "published": ("发布时间", "Published"),
    "captured": ("存档时间", "Captured"),
    "chars": ("字数", "Characters"),
    "labels": ("质量标签", "Labels"),
    "page_of": ("第 {page} 页，共 {pages} 页", "page {page} of {pages}"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "pages": ("分页", "Pages"),
    # -- one text
    "text": ("文本", "Text"),
    "cleaned": ("清洗后的文本", "Cleaned text"),
    "archived_page": ("存档网页", "Archived page"),
    "frame_note": (
        "脚本、外部资源、表单和链接均已停用。", "Scripts, outside resources, forms and links are switched off.",
    ),
    "open_alone": ("单独打开", "Open by itself"),
    "raw_text": ("文本文件", "Text file"),
    "facts": ("元数据", "Metadata"),
    "field": ("字段", "Field"),
    "value": ("值", "Value"),
    "origin": ("出处", "Read from"),
    "score": ("分值", "Score"),
    "evidence": ("依据", "Evidence"),
    "no_labels": ("没有质量标签。", "No labels."),
    "charset": ("字符集判定", "Charset decision"),
    "declared": ("声明", "declared"),
    "detected": ("检测", "detected"),
    "used": ("采用", "used"),
    "replaced": ("替换比例", "share replaced"),
    "lineage": ("来历", "Lineage"),
    "lineage_text": ("文本文件", "Text file"),
    "lineage_row": ("表中的行", "Row"),
    "lineage_record": ("WARC 记录", "WARC record"),
    "lineage_chain": ("校验链", "Chain line"),
    "line_at": ("第 {line} 行，字节 {offset}", "line {line}, byte {offset}"),
    "bytes_at": ("字节 {offset}，长 {length}", "byte {offset}, {length} bytes"),
    "seal": ("第 {number} 行，{when}", "line {number}, {when}"),
    "seal_holds": ("签名有效", "signature valid"),
    "not_sealed": ("校验链尚未记录", "not yet in the chain"),
    "verify_now": ("立即核验", "Verify now"),
    "verify_note": (
        "重新读取记录，核对各项摘要，再提取一次并逐字节比较。",
        "Reads the record again, checks its digests, extracts once more and compares byte for byte.",
    ),
    "verified": ("核验结果", "Result"),
    "verdict_holds": ("与存档字节完全一致。", "The text follows from its archived bytes, to the byte."),
    "verdict_digest": (
        "重新提取的结果一致，但有摘要不符。", "Extraction gives the same again, but a digest does not hold.",
    ),
    "checks": ("核对项目", "Checks"),
    "check": ("项目", "Check"),
    "where": ("位置", "Where"),
    "expected": ("应为", "Expected"),
    "got": ("实为", "Found"),
    "holds": ("符合", "holds"),
    "fails": ("不符", "does not hold"),
    "record_id": ("记录编号", "record ID"),
    "record_length": ("记录长度", "record length"),
    "payload_digest": ("载荷摘要", "payload digest"),
    "block_digest": ("记录块摘要", "block digest"),
    "file_digest": ("整个文件的摘要", "digest of the whole file"),
    "text_digest": ("文本摘要", "text digest"),
    "row_mark": ("行摘要", "row digest"),
    "unreadable": ("无法读取", "cannot be read"),
    "timeline": ("此网址的全部存档", "Captures of this URL"),
    "other_texts": ("此网址在各轮次的文本", "Texts of this URL"),
    "provenance": ("提取程序", "Extraction"),
    "show_row": ("完整的行(JSON)", "The whole row (JSON)"),
    # -- a capture
    "capture": ("存档记录", "Capture"),
    "status": ("状态码", "Status"),
    "media_type": ("类型", "Type"),
    "this_one": ("当前", "this one"),
    "request": ("请求", "Request"),
    "response": ("响应", "Response"),
    "raw_record": ("下载原始记录", "Download raw record"),
    "warc_fields": ("WARC 字段", "WARC fields"),
    "nothing_to_show": ("没有可显示的页面：{why}", "There is no page to show: {why}"),
    "failure": ("失败原因", "Failure"),
    "via": ("来自", "Via"),
    "fetch_ms": ("用时（毫秒）", "Milliseconds"),
    "not_sent": ("没有发出", "nothing was sent"),
    "not_received": ("没有收到", "nothing came back"),
    # -- ledger
    "state": ("状态", "State"),
    "search_urls": ("网址中包含", "URL contains"),
    "reason": ("原因", "Reason"),
    "changed": ("变动时间", "Changed"),
    "no_ledger": ("这个档案没有台账。", "This collection has no ledger."),
    # -- errors
    "error": ("出错了", "Error"),
    "back": ("回到概览", "Back to the overview"),
    "bad_path": ("网址不是有效的 UTF-8。", "The address is not valid UTF-8."),
    "bad_query": ("查询参数无法识别。", "The query cannot be read."),
    "no_page": ("没有这个页面。", "There is no such page."),
    "no_text": ("第 {run} 轮没有文本 {file}。", "Run {run} has no text {file}."),
    "no_record": ("读不到记录：{why}", "No record can be read there: {why}"),
    "no_file": ("没有文件 {file}。", "There is no file {file}."),
    "no_method": ("此页不接受 {method}。", "This page does not take {method}."),
    "foreign_host": (
        "主机名 {host} 不是本机，已拒绝。", "{host} is not an address of this viewer; refused.",
    ),
    "foreign_origin": ("请求来自别的网站，已拒绝。", "The request comes from another site; refused."),
    "token_wanted": ("需要访问令牌（作为密码输入）。", "A token is needed; give it as the password."),
    "broken": ("档案中有内容无法读取：{why}", "Something in the collection cannot be read: {why}"),
    "fault": ("查看器内部出错，详情见终端。", "The viewer failed; its terminal says more."),
}  # fmt: skip

_NAMES = {
    "archived": "已存档", "unchanged": "未变", "duplicate": "重复", "redirected": "已转向",
    "excluded_robots": "协议禁止",
    "excluded_scope": "范围之外", "excluded_trap": "陷阱", "failed": "失败", "gone": "已消失", "blocked": "被拦截",
    "discovered": "已发现", "queued": "排队中", "leased": "抓取中",
    "complete": "完成", "interrupted": "中断", "findings": "有待查看",
    "hijacked_title": "标题被篡改", "keyword_stuffing": "关键词堆砌", "spun_text": "洗稿",
    "annotated_pinyin": "夹注拼音",
    "mojibake": "乱码", "snapshot_copy": "快照副本", "syndicated": "转载", "soft_404": "伪装的 404",
    "challenge_page": "验证页", "login_wall": "登录墙", "truncated_article": "文章不全", "listing_page": "列表页",
    "template_drift": "模板变动",
    "MATCH": "一致", "DRIFT": "程序已变", "MISMATCH": "不一致", "FIXITY_FAILED": "记录损坏或不见",
    "REVISIT_UNRESOLVED": "所指的记录不在", "TEXT_MISSING": "文本不见", "TEXT_ORPHAN": "无主文本",
}  # fmt: skip
"""States, labels and verdicts: their names are the same in files, on the command line and here."""


class Words:
    """What the viewer says in one language."""

    def __init__(self, language: str) -> None:
        """`language` is one of `LANGUAGES`."""
        self.language = language
        self.lang = LANGUAGES[language]
        self._which = list(LANGUAGES).index(language)

    def __call__(self, key: str, **about: object) -> str:
        """The words for a key, with its gaps filled; a key that is not known stands for itself."""
        words = _WORDS[key][self._which] if key in _WORDS else key
        return words.format(**about) if about else words

    def name(self, name: object) -> str:
        """The name of a state, label or verdict, in Chinese with its meaning before it."""
        meaning = _NAMES.get(str(name)) if self.language == "zh" else None
        return f"{meaning} {name}" if meaning else str(name)


def language_of(accepted: str) -> str:
    """The one of our languages that an Accept-Language field likes best (RFC 9110, 12.5.4); English for neither."""
    best, liked = "en", 0.0
    for part in accepted[:1000].split(","):
        tag, _, weight = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        match = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight)
        quality = float(match[1]) if match else 1.0 if not weight else 0.0
        if language in LANGUAGES and quality > liked:
            best, liked = language, quality
    return best
