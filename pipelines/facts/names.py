"""Names: what can be a person's or an outlet's name in a byline, and what only stands for "unknown"."""

from __future__ import annotations

import re

_UNKNOWN = re.compile(
    r"(?:佚名|不[详詳]|未知|无|無|匿名|暂无|网络|互联网|網路|網絡|本站|本站原创|原创|轉載|转载|综合|整理|网友|未署名|"
    r"admin|administrator|unknown|anonymous|null|none|undefined|editor|root|webmaster|-+|/+)",
    re.IGNORECASE,
)
_NOT_A_PERSON = re.compile(
    "网|報|报|社|台|中心|编辑|編輯|综合|新闻|新聞|记者|記者|通讯|通訊|讯$|部$|部门|全部|更多|电$|整合|评论|编译|摄|攝|整理|来源|來源|报道|報導|报导|特稿|公司|"
    "消息|发布|工作室|频道|责任|責任|作者|日前|近日|获悉|表示|介绍|采访|了解|从|在|于|和$|的|了|是|本文|原标题|图$|时间|日$|今天|昨"
)
_PERSON = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}[·•・][\u3400-\u9fff·•・]{1,12}")
_LATIN_PERSON = re.compile(r"[A-Z\u00c0-\u00de][\w'’.-]*(?: (?:[a-z]{2,3} )?[A-Z\u00c0-\u00de][\w'’.-]*){1,3}")
_PARTING = re.compile(r"[\s、，,/／;；|｜&\u3000]+|\s和\s")
_DOUBLED = re.compile(r"^[\u3400-\u9fff] [\u3400-\u9fff]$")


_SURNAMES = frozenset(
    "王李张劉刘陈陳杨楊黄黃赵趙周吴吳徐孙孫马馬朱胡林郭何高罗羅郑鄭梁谢謝宋唐许許邓鄧韩韓冯馮曹彭曾肖萧蕭田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇"
    "吕呂丁任卢盧姚沈钟鐘姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱侯江尹薛闫阎閻段雷龙龍史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴"
    "严嚴莫孔向常汤湯康易乔喬赖賴文庞龐樊兰蘭殷施洪翟安颜顏倪牛温溫芦季俞章鲁魯葛伍申尤毕畢聂聶柴焦柳邢岳齐齊梅莊庄辛管祝左涂谷祁时舒耿牟卜"
    "路詹关關苗凌费費纪紀靳盛童欧歐甄项項曲成游阳陽裴席卫衛查屈鲍鮑位覃霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵解强車车冉房边邊党奚应應冷卓占原姬晏蔺岑"
)
_DOUBLE_SURNAMES = (
    "欧阳",
    "歐陽",
    "上官",
    "司马",
    "司馬",
    "诸葛",
    "諸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "令狐",
    "慕容",
    "夏侯",
    "端木",
)


def has_surname(text: str) -> bool:
    """Whether a name begins with a common Chinese surname: needed where nothing else says that it is a person's."""
    return 2 <= len(text) <= 4 and ((text[0] in _SURNAMES and len(text) <= 3) or text.startswith(_DOUBLE_SURNAMES))


def known(text: str) -> bool:
    """Whether a value says anything: 佚名, 不详, 未知 and their like do not."""
    bare = re.sub(r"[\s\W_]+", "", text)
    return bool(bare) and not _UNKNOWN.fullmatch(bare)


def is_person(text: str) -> bool:
    return bool(_PERSON.fullmatch(text)) and known(text) and not _NOT_A_PERSON.search(text)


def people(text: str) -> tuple[str, ...]:
    """The persons a stretch of text lists: 张三、李四; 王 松 (two characters set apart) is one name."""
    text = text.strip()
    if _DOUBLED.match(text):
        return (text.replace(" ", ""),) if is_person(text.replace(" ", "")) else ()
    if _LATIN_PERSON.fullmatch(text):
        return (text,) if known(text) else ()
    text = re.sub(r"(?<![\u3400-\u9fff])([\u3400-\u9fff]) ([\u3400-\u9fff])(?![\u3400-\u9fff])", r"\1\2", text)
    names: list[str] = []
    for part in _PARTING.split(text):
        part = re.sub(r"^[\W_]+|[\W_]+$", "", part)
        if part and is_person(part) and part not in names:
            names.append(part)
        elif part and not names and not is_person(part):
            return ()
        elif part and not is_person(part):
            break
    return tuple(names)


def outlet(text: str) -> str | None:
    """An outlet's name, cleaned; None where the text cannot be one."""
    text = re.sub(r"^[\s:：>《【\[(（·•|-]+|[\s:：<》】\])）,，;；。|·•-]+$", "", text)
    if not 2 <= len(text) <= 40 or not known(text) or re.search(r"[。！？]|https?:|^\d+$", text):
        return None
    return text
