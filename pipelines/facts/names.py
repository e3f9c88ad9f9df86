"""Names: what can be a person's or an outlet's name in a byline, and what only stands for "unknown"."""

from __future__ import annotations

import re

_UNKNOWN = re.compile(
    r"(?:佚名|不[详詳]|未知|无|無|匿名|暂无|网络|互联网|網路|網絡|网上|本站|本站原创|原创|轉載|转载|综合|整理|网友|未署名|网络整理|"
    r"互联网综合|网络综合|"
    r"admin|administrator|unknown|anonymous|null|none|undefined|editor|root|webmaster|source|author|-+|/+)",
    re.IGNORECASE,
)
_NOT_A_PERSON = re.compile(
    "网|報|报|社|台|中心|编辑|編輯|综合|新闻|新聞|记者|記者|通讯|通訊|讯$|部$|部门|全部|更多|电$|整合|评论|编译|摄|攝|整理|来源|來源|"
    "报道|報導|报导|特稿|公司|消息|发布|工作室|频道|责任|責任|作者|日前|近日|获悉|表示|介绍|采访|了解|从|在|.于|和$|的|了|是|本文|"
    "原标题|图$|时间|今天|昨|讨论|上传|视频|出自|手记|阅读|关注|分享|收藏|举报|点赞|首页|正文|回复|楼主|课题组|打印|关闭|返回|复制|下载|订阅|登录|注册|繁体|简体|字体|收听|播放|上一|下一|周刊|週刊|杂志|雜誌|在线|卫视|电视|电台|客户端|大学|学院|法院|新浪|财经|搜狐|腾讯|凤凰|央视|"
    "^[本全据另又这那该其有为对向把被让]|"
    # A day, a month, a year; 赵明月, 张旭日 and 李延年 are names.
    "[〇零一二三四五六七八九十两几数半本上下当當同每整][个個]?[日月年]$|[昨明近即次翌前节節期周週假生往][日年]$|[元正腊臘]月$|[去今近少历歷]年$|^(?:[新百丰豐]|千禧)年$"
)
_PERSON = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}[·•・‧][\u3400-\u9fff·•・‧]{1,12}")
_LATIN_PERSON = re.compile(
    r"[A-Z\u00c0-\u00de][\w'’.-]{0,20}(?: (?:[a-z]{2,3} )?[A-Z\u00c0-\u00de][\w'’.-]{0,20}){1,3}"
)
_PARTING = re.compile(r"[\s、，,/／;；|｜]+|\s和\s")
_DOUBLED = re.compile(r"^[\u3400-\u9fff] {1,3}[\u3400-\u9fff]$")
_SET_APART = re.compile(r"(?<![\u3400-\u9fff])([\u3400-\u9fff]) {1,3}([\u3400-\u9fff])(?![\u3400-\u9fff])")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_NON_LETTERS = re.compile(r"[\s\W_]+")

_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙周吴吳徐孙孫马馬朱胡林郭何高罗羅郑鄭梁谢謝宋唐许許邓鄧韩韓冯馮曹彭曾肖萧蕭田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇"
    "吕呂丁任卢盧姚沈钟鐘姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱侯江尹薛闫阎閻段雷龙龍史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴"
    "严嚴莫孔向常汤湯康易乔喬赖賴文庞龐樊兰蘭殷施洪翟安颜顏倪牛温溫芦季俞章鲁魯葛伍申尤毕畢聂聶柴焦柳邢岳齐齊梅莊庄辛管祝左涂谷祁时舒耿牟卜"
    "路詹关關苗凌费費纪紀靳盛童欧歐甄项項曲成游阳陽裴席卫衛查屈鲍鮑位霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵解强車车冉房边邊党奚应應冷卓占原姬晏蔺岑"
    "丘連连滕尚苑郎邬鄔佟匡栾欒宫宮宗褚喻简簡鄢麦麥储儲伏米仇沙尧闻聞窦竇粟蒲楚糜杭诸諸樂乐蓝藍廉佘冼初巩鞏谌晋晉艾明印修商敖"
)
_DOUBLE_SURNAMES = (
    "欧阳", "歐陽", "上官", "司马", "司馬", "诸葛", "諸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "夏侯",
    "端木", "司徒",
)  # fmt: skip
# Words that begin with a surname and stand in bylines: sections, places, times.
_OTHER_WORDS = (
    "时政 时事 时评 时尚 时代 文化 文艺 文旅 文学 文史 高考 高校 金融 汽车 车市 车讯 房产 房地产 安全 安徽 "
    "江苏 江西 宁夏 宁波 温州 苏州 杭州 徐州 常州 甘肃 云南 湖南 湖北 广东 贺州 柳州 梅州 万州 金华 金山 "
    "石家庄 马上 马来西亚 明天 向上 成都 成人 成功 成长 解读 解放 解放军 关于 关键词 关键 管理 方案 方法 任务 "
    "施工 应用 单位 原文 乐器 乐活 简介 简体 明星 明日 修改 商业 商务 商城 艾滋 米兰 连载 连线 连接 闻天下 "
    "宗教 高清 高端 高层 常识 常见 通知 游戏 游记 阳光 易车 别墅 边疆 强国 党建 党政 党史 车型 路况 路透 "
    "季后赛 白领 黄金 古籍 原因 应急 万象 万物 白皮书 程序 陈述 严选 毕业 费用 项目 席位 包装 屈臣氏 康复 "
    "尚未 焦点 全国 沙龙 左右 辛苦 段子 石油 申请 申报 申论 章节 龙虎榜 金牌 武汉 武器 武术 相关 简讯 快讯 "
    "短讯 华人 华东 华北 国际 国内 社会 经济 体育 娱乐 科技 教育 军事 财经 法治 生活 健康 旅游 地方 要闻 头条 "
    "观点 理论 台北 台中 台南 高雄 新北 桃園 新竹 苗栗 彰化 雲林 嘉義 屏東 宜蘭 花蓮 香港 澳門 北京 上海 東京 "
    "東莞 華盛頓 紐約 倫敦 巴黎 首爾 曼谷"
)
_NO_NAMES = frozenset(_OTHER_WORDS.split())


def has_surname(text: str) -> bool:
    """Whether a name begins with a common Chinese surname and is no word of its own: needed where nothing else says
    that it is a person's."""
    if text in _NO_NAMES or not 2 <= len(text) <= 4:
        return False
    return (text[0] in _SURNAMES and len(text) <= 3) or text.startswith(_DOUBLE_SURNAMES)


def is_word(text: str) -> bool:
    """Whether a text is a word that stands in bylines and names nobody: a section, a place."""
    return text in _NO_NAMES


def known(text: str) -> bool:
    """Whether a value says anything: 佚名, 不详, 未知 and their like do not, nor does one of which characters are
    lost."""
    bare = _NON_LETTERS.sub("", text)
    return bool(bare) and "\ufffd" not in text and not _UNKNOWN.fullmatch(bare)


def is_person(text: str) -> bool:
    """Whether a text can be a person's name, in Chinese characters."""
    if text[:1] == "于" and text[1:] in _NO_NAMES:  # 于北京
        return False
    return bool(_PERSON.fullmatch(text)) and text not in _NO_NAMES and known(text) and not _NOT_A_PERSON.search(text)


def people(text: str) -> tuple[str, ...]:
    """The persons a stretch of text lists: 张三、李四; 王 松 (two characters set apart) is one name."""
    text = text[:200].strip()
    if _DOUBLED.match(text):
        joined = text[0] + text[-1]
        return (joined,) if is_person(joined) else ()
    if _LATIN_PERSON.fullmatch(text):
        return (text,) if known(text) else ()
    if "&" in text and all(has_surname(part.strip()) for part in text.split("&")):
        text = text.replace("&", " ")
    text = _SET_APART.sub(r"\1\2", text)
    names: list[str] = []
    for part in _PARTING.split(text):
        if "\ufffd" in part:  # half a name
            break
        part = _EDGES.sub("", part)
        if part and is_person(part):
            if part not in names:
                names.append(part)
        elif part and not names:
            return ()
        elif part:
            break
    return tuple(names)


_OPENING, _CLOSING = "《【[(（〈「『“", "》】])）〉」』”"
_BEFORE = " \t:：>·•|｜-–—,，;；。/／╱、#□■◎●▲◆○"
_BEHIND = " \t:：<,，;；。|｜·•-–—/／╱、"
_ACCOUNT = re.compile(r"(?:官方(?:账号|帳號|帐号|微博|微信)?|的?(?:微信)?公众号|客户端官方账号)$")


def outlet(text: str) -> str | None:
    """An outlet's name, cleaned; None where the text cannot be one."""
    text = _unbracketed(text[:120].lstrip(_BEFORE).rstrip(_BEHIND))
    text = _ACCOUNT.sub("", text) or text
    if not 2 <= len(text) <= 40 or not known(text) or _NO_OUTLET_AT_ALL.search(text):
        return None
    return text


_NO_OUTLET_AT_ALL = re.compile(r"[。！？!?<>=\"{}]|https?:|^[\d.,:：/年月日时分\s-]+$")


def _unbracketed(text: str) -> str:
    """A name without the brackets around it, and without half a pair at its ends; 光明网-《光明日报》 keeps its own."""
    while len(text) > 1:
        if text[0] in _OPENING and (text[-1] == _CLOSING[_OPENING.index(text[0])]) and text.count(text[0]) == 1:
            text = text[1:-1].strip()
        elif text[-1] in _OPENING or (text[-1] in _CLOSING and text.count(text[-1]) > text.count(_pair(text[-1]))):
            text = text[:-1].rstrip(_BEHIND)
        elif text[0] in _CLOSING or (text[0] in _OPENING and text.count(text[0]) > text.count(_pair(text[0]))):
            text = text[1:].lstrip(_BEFORE)
        else:
            break
    return text


def _pair(bracket: str) -> str:
    return _OPENING[_CLOSING.index(bracket)] if bracket in _CLOSING else _CLOSING[_OPENING.index(bracket)]
