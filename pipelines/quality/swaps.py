"""Swaps: the words that machine synonymisers exchange, and how likely a text's own choice among them is.

A spinner ("伪原创") puts rarer near-synonyms in the place of common words, wherever these stand, by a dictionary: 去年
becomes 客岁, 所以 以是, 医院 病院. Writers take such a word now and then; hardly anybody takes many of them and none of
their common partners. So the measure is a likelihood ratio over pairs, each counted once in a text:

    swapped   ln(R / q)          a pair of which only the rare word stands, q = rare / (rare + common) by frequency
    both      half of that
    kept      ln((1-R) / (1-q))  a pair of which only the common word stands, R = 0.5 the share that spinners exchange

and, for words as frequent as their partners (机关, 结构), an odd collocation: with its neighbour the partner is a
listed word (公安机关), and the word that stands there is not (公安结构). Frequencies, listed words and word borders are
those of jieba's dictionary (MIT), by the library rjieba, which is loaded when a text holds `SUSPECT` of them at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache

import attrs

SUSPECT = 5
"""Different words of the table in a text, below which nothing is asked of the library."""
_EXCHANGED = 0.5
_RARE = 0.12
"""Share of uses up to which the rarer word of a pair tells by itself."""
_MOST, _COLLOCATION = 4.0, 3.0
"""In nats: what one pair can weigh at most, as frequency lists err; what an odd collocation weighs."""

_TABLE = """
我们 咱们|以来 往后|老人 白叟|信息 讯息|网络 搜集 收集|工作 使命 事情|中心 核心|机关 结构 构造|犯罪 违法
能力 技能 本领|群众 团体|建设 开发 扶植|介绍 先容 引见|部门 部分|打击 进攻 冲击|发现 创造 发明 发觉|宣传 饱吹 宣扬
活动 举动 勾当|治理 统辖|管理 拘束 办理|协调 妥协 和谐|机制 体制|会议 集会|成立 建立|联合 团结 结合
情况 处境 环境 情形|问题 题目|设备 摆设 装备|地区 地域|目标 方针|责任 职守 义务|系统 体系 编造|基础 本原 根底
所有 一起 统统|保护 爱惜 掩护 庇护|紧急 急迫 告急|及时 实时|立即 顷刻 当即 登时|这样 如许|如此 云云
比赛 竞赛 角逐 竞争|时间 工夫 时候|共同 配合|相关 相干 干系|关系 干系 联系|提升 提拔 晋升|提高 进步|发展 成长 开展
实现 竣工|努力 勤苦 尽力|进行 举行 停止|开展 展开 睁开|使用 利用|采用 接纳 采取|采取 接纳 采纳|接受 承受 担当
负责 卖力|认为 以为|包括 包罗|重要 主要 首要|主要 首要|非常 十分 很是|特别 出格|目前 今朝 目下|现在 此刻 如今
以后 今后 往后|最后 末了 最初|首先 起首|虽然 固然|但是 可是|而且 并且|如果 假如 若是|所以 以是|因此 是以 因而
通过 经由 颠末|经过 颠末 经由|左右 摆布 阁下|大约 约莫 大概|可以 能够|需要 必要|必须 必需|应该 应当 该当
不断 不停 不竭|继续 持续 接续|陆续 络续|逐渐 渐渐|方便 便利 利便|保证 包管|保障 包管|严重 紧张|严格 严酷|事故 变乱
事件 变乱|服务 办事 效劳|查看 检察|检查 查抄|人员 职员|居民 住民|朋友 伴侣|男子 须眉 汉子|去年 客岁|今年 本年
明年 来岁|晚上 早晨 夜晚|消息 动静|获悉 得悉|表示 暗示|强调 夸大|说明 申明 阐明|显示 显现|分析 阐发 剖析
研究 钻研 研讨|调查 查询|了解 相识 领会|理解 懂得|知道 晓得|遇到 碰到 碰着|感到 感触 感应|办法 法子|措施 步伐
方法 要领|手段 手腕|技术 手艺 身手|质量 品质|产品 产物|价格 代价 价钱|成本 本钱|产业 财产 物业|市场 市集
销售 贩卖 发卖|购买 采办 购置|消费 花费|程序 法式 步伐|文件 文献|数量 数目|增加 增添|减少 削减|降低 低落|下降 降落
趋势 趋向|达到 到达|超过 凌驾 跨越|接近 靠近|形成 构成|造成 酿成|导致 致使 招致|引起 惹起|出现 呈现 泛起
提供 供给 供应|支持 撑持 支撑|帮助 帮忙 匡助 帮帮|鼓励 勉励|促进 增进|推动 鞭策|推进 促进|加强 增强|改变 转变 改动
变化 变革|改革 鼎新 变革|创新 立异|文化 文明|教育 教诲 教学|学习 进修|学生 门生|老师 教师|医院 病院|医生 大夫 医师
治疗 医治|健康 安康 康健|身体 身材 躯体|睡眠 就寝|食物 食品|营养 养分|水果 生果|味道 滋味|颜色 色彩|房子 屋子
车辆 车子|道路 门路|城市 都会 都市|农村 乡村 屯子 墟落|政府 当局|领导 带领 辅导|组织 构造 结构|单位 单元|任务 使命
计划 打算 企图|规划 筹划|决定 决议 抉择|规定 划定|制度 轨制|法律 执法 法令|利益 好处 长处|作用 感化 效用
效果 结果 成效|结果 成果 了局|成果 功效|成功 胜利 乐成 告成|困难 坚苦 艰难|危险 伤害|风险 危害 危急|安全 平安 宁静
平安 升平|稳定 不变 稳固|军队 戎行|国家 国度|世界 天下|全国 天下|人民 公民|生活 糊口 生涯|生命 性命|经验 履历
经历 履历|感觉 感受|心理 生理 心思|精神 肉体 精力|思想 头脑|意见 定见|原因 缘由|理由 来由|条件 前提|标准 尺度
水平 程度|范围 局限|规模 范围|领域 范畴|形式 情势|方式 方法|特点 特色 特性|优秀 良好 优异|著名 闻名|丰富 雄厚 丰盛
简单 简略 简朴|复杂 庞大 庞杂|普通 平凡|明显 较着 显着|清楚 清晰|容易 轻易|认真 当真 仔细|积极 踊跃 主动|高兴 兴奋
担心 担忧 耽心|害怕 惧怕|希望 但愿 盼望|喜欢 喜好|选择 挑选|准备 筹办 预备|安排 部署 放置|参加 到场|参与 介入 参预
举办 举行|开始 最先|结束 竣事 完毕|阻止 禁止 阻遏|禁止 制止 禁绝|避免 制止 防止|处理 处置|解决 办理|完善 完美 完竣
完整 完备|整个 全部|许多 很多|很多 良多|多少 几多|几乎 险些|已经 曾经|刚刚 方才|突然 俄然|终于 终究|其实 实在
实际 现实|另外 别的 此外|其他 其余|其中 此中|然后 而后|只要 只需|即使 纵然|无论 岂论|对于 对付|根据 凭据
随着 跟着 伴着|直接 间接|附近 左近|周围 四周|里面 内里|外面 表面|工具 东西 器械|机会 时机|照片 相片|电影 影戏
各位 列位|公告 通告|集团 团体|运行 运转|占 据有|若干 多少|不足 不够|手续 手绪|新鲜 新颖|锻炼 磨炼 熬炼|建议 倡议
提醒 提示|坚持 对峙 僵持|缺乏 短缺|适合 合适|适当 恰当|充足 充沛 充分|补充 弥补|控制 节制|吸收 接收|预防 防备
防范 防备|损害 侵害|伤害 危险|刺激 安慰|功能 功用|均匀 平均|平均 均匀|干净 洁净|清洁 洁净|原料 质料|材料 质料
资料 材料|放松 抓紧|抓紧 捉住|培养 造就|训练 练习|取得 获得|获得 取得 得到|赢得 博得|队伍 步队|观察 察看|察看 检察
监督 监视|监管 禁锢|违规 违例|批评 攻讦|处罚 惩罚 处分|赔偿 补偿|损失 丧失|财产 产业|家庭 家属|父母 怙恃|妻子 老婆
儿童 小儿|母亲 妈妈|婚姻 婚配|恢复 规复 复原|推荐 保举|观看 寓目|机器 呆板|寻找 寻觅|考虑 思量 斟酌|联系 接洽
立刻 登时|迅速 敏捷|充满 布满|仍然 仍旧|尤其 尤为|甚至 乃至|比较 比力|宽阔 广宽|扩大 扩展|更换 改换|记忆 影象
描述 形貌|操作 操纵|限制 限定|适应 顺应|费用 用度|辛苦 辛劳|种植 莳植|粮食 食粮|房屋 衡宇|精彩 出色|参观 旅行 观光
反应 反映|反映 反应|优势 上风|信心 决心 信念|关键 关头 枢纽|关注 存眷|依靠 依托|反对 否决|欢迎 接待|拥挤 拥堵
节省 撙节|沟通 相同|交流 交换|信任 信赖|宝贵 名贵|勇敢 英勇|强烈 猛烈|温暖 和煦|温柔 和顺|紧密 慎密|细致 过细
全面 周全|广泛 普遍|普遍 广泛|巨大 庞大|独特 怪异|神秘 奥秘|安静 恬静|舒服 惬意|疲劳 委靡 怠倦|愤怒 恼怒|悲伤 哀痛
痛苦 疾苦|生气 赌气|谨慎 审慎|保持 连结|传播 流传|休息 苏息|皮肤 肌肤|爱情 恋爱|幸福 快乐|记录 纪录|纪念 留念
"""


_LITERARY = """
晓得 法子 工夫 末了 此刻 固然 客岁 是以 因而 如今 登时 顷刻 方才 终究 云云 如许 此中 往后 时候 大夫 若是 纵然 岂论
今朝 目下 瞥见
别的 约莫 几多 险些 咱们 汉子 生涯 性命 缘由 来由 怙恃 衡宇 食粮 踊跃 恼怒 仍旧 乃至 尤为 寻觅 寓目
"""
_OF_A_MANNER = frozenset(_LITERARY.split())
"""Words of an older, literary manner. Who writes in it takes many of them, so together they show no more than it."""
_MANNER = 6.0
"""In nats: what they can weigh together."""


@attrs.frozen(kw_only=True)
class Verdict:
    """What a text's choices among the pairs come to."""

    weight: float
    """Log of the likelihood ratio, spun to written, in nats."""
    swapped: tuple[str, ...]
    """The rare or odd words found, with the common ones they stand for: "客岁 for 去年", most telling first."""


@cache
def _pairs() -> dict[str, tuple[str, ...]]:
    """The common words that each swapped one may stand for."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in _TABLE.replace("\n", "|").split("|"):
        usual, *swapped = entry.split() or [""]
        for word in swapped:
            if word != usual:
                found[word] = (*found.get(word, ()), usual)
    return found


def suspects(text: str) -> set[str]:
    """The swapped words that a text may hold, by its pairs of characters alone."""
    words = _by_pair()
    return {words[pair] for view in _pairs_of(text) for pair in words.keys() & view}


@cache
def _by_pair() -> dict[int, str]:
    return {next(iter(_pairs_of(word)))[0]: word for word in _pairs()}


def _pairs_of(text: str) -> Iterator[memoryview[int]]:
    """Two neighbouring characters at a time as one number: those from the first on, then those from the second on.
    A third of the time that slices take."""
    data = text.encode("utf-16-le", "surrogatepass")
    for start in (0, 2):
        yield memoryview(data[start : start + (len(data) - start) // 4 * 4]).cast("I")


def weigh(text: str) -> Verdict:
    """How much likelier a text is as a spinner's than as a writer's. Loads the library: some 0.4 s, 35 MB, once."""
    import rjieba

    words = [word for line in text.split("\n") for word in rjieba.cut(line, False)]
    standing = set(words)
    places = _places(words)
    found: list[tuple[float, str]] = []
    for rare, at in places.items():
        grounds = ((_telling(rare, usual, standing) or _odd(rare, usual, words, at), usual) for usual in _pairs()[rare])
        weight, usual = max(grounds)
        if weight:
            found.append((weight, f"{rare} for {usual}"))
    kept = sum(_kept(usual) for usual in standing & _kept_by().keys() if not places.keys() & _kept_by()[usual])
    found.sort(reverse=True)
    manner = sum(weight for weight, name in found if name[:2] in _OF_A_MANNER)
    others = sum(weight for weight, name in found) - manner
    return Verdict(weight=others + min(_MANNER, manner) + kept, swapped=tuple(name for _, name in found))


def _places(words: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Of each swapped word of the table, the places in a text: first word and the one after. A word that the library
    does not list stands there as its characters."""
    found: dict[str, list[tuple[int, int]]] = {}
    for i, word in enumerate(words):
        if word in _pairs():
            found.setdefault(word, []).append((i, i + 1))
        elif len(word) == 1 and i + 1 < len(words) and len(words[i + 1]) == 1 and word + words[i + 1] in _pairs():
            found.setdefault(word + words[i + 1], []).append((i, i + 2))
    return found


def _telling(rare: str, usual: str, standing: set[str]) -> float:
    share = _share(rare, usual)
    if share > _RARE:
        return 0.0
    return min(_MOST, math.log(_EXCHANGED / share)) / (2 if usual in standing else 1)


def _odd(rare: str, usual: str, words: Sequence[str], places: Sequence[tuple[int, int]]) -> float:
    """Whether the common word makes a listed word with a neighbour at one of the places, and the rare one does not."""
    for first, after in places:
        before, behind = words[first - 1] if first else "", words[after] if after < len(words) else ""
        for one, other in ((before + usual, before + rare), (usual + behind, rare + behind)):
            if one != usual and _listed(one) and not _listed(other):
                return _COLLOCATION
    return 0.0


@cache
def _kept_by() -> dict[str, set[str]]:
    """The telling partners of each common word."""
    found: dict[str, set[str]] = {}
    for rare, usuals in _pairs().items():
        for usual in usuals:
            if _share(rare, usual) <= _RARE:
                found.setdefault(usual, set()).add(rare)
    return found


def _kept(usual: str) -> float:
    """What a common word weighs of which no partner stands in the text."""
    return math.log((1 - _EXCHANGED) / (1 - max(_share(rare, usual) for rare in _kept_by()[usual])))


@cache
def _share(rare: str, usual: str) -> float:
    """Of the uses of a pair, the rare word's share by the library's frequencies."""
    few, many = _frequency(rare), _frequency(usual)
    return (few + 1) / (few + many + 2)


def _frequency(word: str) -> int:
    """Occurrences in the corpus behind the library's dictionary (some 60 million words); 0 for a word it has not."""
    import rjieba

    return int(rjieba.suggest_freq(word)) if _listed(word) else 0


def _listed(word: str) -> bool:
    import rjieba

    return bool(rjieba.has_word(word))
