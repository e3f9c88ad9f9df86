"""Wording: the set phrases by which news pages, Chinese ones above all, mark what is not their article."""

from __future__ import annotations

import re

SENTENCE_END = re.compile(r"[。！？…；।۔]|[.!?](?=[\s”\"'’)]|$)")
PUNCTUATION = re.compile("[。！？；，、：“”…!?,;]")

_OTHERS_ABROAD = (
    r"(?:related|recommended|more|latest|popular|trending|top)\s*(?:articles?|stories|news|posts?|content|links|coverage|videos?|topics)|"
    r"(?:you\s*(?:may|might)\s*also\s*like|most\s*(?:read|popular|viewed)|read\s*(?:more|next)|up\s*next|more\s*(?:on|from|about)\b.{0,24})|"
    r"(?:about\s*the\s*authors?|leave\s*a\s*(?:reply|comment)|(?:view|add|post)?\s*(?:a\s*)?comments?|share\s*this.{0,12})|"
    r"mehr\s*(?:zum\s*thema|dazu).{0,12}|lesen\s*sie\s*auch|auch\s*interessant|meistgelesen|das\s*k[öo]nnte\s*sie\s*auch\s*interessieren|"
    r"(?:à\s*)?lire\s*aussi|sur\s*le\s*même\s*(?:sujet|thème)|les\s*plus\s*lus|"
    r"(?:lee|le[ae]|ve[ar]?)\s*también|te\s*puede\s*interesar|noticias\s*relacionadas|más\s*(?:noticias|leídas)|"
    r"(?:leia|veja)\s*(?:também|mais)|mais\s*lidas|notícias\s*relacionadas|leggi\s*anche|articoli\s*correlati|lees\s*ook|"
    r"les\s*også|läs\s*(?:också|mer)|czytaj\s*(?:też|także)|zobacz\s*także|читайте\s*также|ilgili\s*haberler|"
    r"(?:関連|人気|おすすめ|新着)(?:記事|ニュース|リンク)|あわせて読みたい|この記事を(?:書いた人|シェア)|アクセスランキング|"
    r"관련\s*(?:기사|뉴스)|많이\s*본\s*(?:기사|뉴스)|추천\s*(?:기사|뉴스)|주요\s*뉴스"
)
HEADING_OF_OTHERS = re.compile(
    r"^[\s\W]*(?:"
    r"相[关關](?:阅读|閱讀|新[闻聞]|报道|報導|報道|文章|链接|鏈接|連結|推荐|推薦|内容|內容|专题|專題|资讯|資訊|日志|话题|話題|[标標][签籤])|"
    r"(?:推荐|推薦)(?:阅读|閱讀|新[闻聞]|文章|资讯|影音)|[为為][您你]推[荐薦]|[猜您你]+可?能?[喜感想].{0,6}|"
    r"(?:延伸|同場加映|扩展|擴展)(?:阅读|閱讀|新[闻聞])?$|延伸(?:阅读|閱讀|新聞)|"
    r"更多(?:新[闻聞]|精彩|阅读|閱讀|文章|资讯|資訊|相[关關]|[关關][于於]|報導|报道)|"
    r"热点(?:推荐|新闻|排行|搜索)|[热熱][门門](?:文章|推[荐薦]|新[闻聞]|[评評][论論]|点击|點閱|標籤|标签|话题|話題)?$|[热熱](?:文|图|圖|评|榜|搜)$|"
    r"排行榜$|点击排行|[闻聞]排行|新闻表情|[网網]友(?:[评評][论論]|跟[贴帖]|回應)|最新[评評][论論]|精彩[评評][论論]|发表评论|發表評論|我要评论|文明上网|"
    r"(?:大家|其他人|網友)[都也]?[在爱愛]看|[视視][觉覺]焦[点點]|独家策划|往期(?:回顾|推荐|精彩)|编辑推荐|編輯部?推薦|"
    r"精彩(?:推荐|视频|图片|推薦)|今\s*日\s*推\s*[荐薦]|友情[链連][接結]|[联聯][系絡]我們?们?|"
    r"[关關][键鍵][字词詞]|[标標][签籤]|分享(?:到|至|让更多)|討論區|看其他文章|48小时评论|"
    r"(?:作者|小编)最近文章|最新(?:新[闻聞]|文章|资讯|報導)|本[类類](?:[热熱][门門]|推[荐薦])|您此时的心情|即[时時](?:播报|新[闻聞])$|[栏欄]目[导導]航|"
    r"看更多(?:新[闻聞]|相[关關])?\W*$|"
    rf"(?:{_OTHERS_ABROAD})\W*$)",
    re.IGNORECASE,
)
"""Headings under which other articles, comments or tools stand."""

_JUNK_ABROAD = (
    r"(?:story|article)?\s*continues?\s*(?:below|after).{0,30}|(?:continue|keep)\s*reading.{0,30}|"
    r"advertisements?|anzeige|werbung|publicit[éà]|publicidade?|"
    r"annonse?|reklam[ae]?|광고|スポンサーリンク|広告|click\s*here\s*(?:to|for)\b.{0,60}\b(?:apps?|newsletters?|subscri\w+|news|watch|read)\b.{0,30}|loading\W*|tags?|categories|"
    r"(?:share|tweet|email|print|pin|facebook|twitter|whatsapp|linkedin|flipboard|reddit|copy\s*link)(?:[\s|·]+(?:this|it|on|via|share|tweet|email|print|"
    r"pin|facebook|twitter|whatsapp|linkedin|flipboard|reddit|copy\s*link|article|story))*|"
    r"(?:read\s*(?:more|next|also)|also\s*read|see\s*also|related(?:\s*(?:story|article|coverage))?)\s*:\s*(?:(?![.!?]\s).){3,110}|"
    r"(?:sign\s*up|subscribe)\s(?:(?:here|now|today|free|for\s*free)\s)?(?:for|to)\s(?:our|the|this)\b[^.!?]{0,50}"
    r"\b(?:briefings?|e-?mails?|alerts?|updates|digests?|bulletins?)\b[^.!?]{0,40}|"
    r"(?:sign\s*up|subscribe|get)\b.{0,120}\b(?:newsletters?|inbox)\b.{0,60}|"
    r"(?=[^a-z]*+[a-z])(?:"  # a Chinese line need not be looked through for what follows
    r".{0,60}\bby\s*clicking\s*here|"
    r".{0,90}\b(?:sign(?:ing)?\s*up|subscrib(?:e|ing))\b.{0,40}\bnewsletters?\b.{0,40}|"
    r".{0,60}(?:already\s*a\s*subscriber|subscribe\s*to\s*(?:continue|read)|to\s*continue\s*reading|"
    r"log\s*in\s*or\s*create\s*an\s*account).{0,90}|"
    r".{0,80}(?:réservée?\s*aux\s*abonnés|il vous reste [\d.,]+\s*%).{0,60}|"
    r".{0,40}(?:jetzt\s*abonnieren|nur\s*für\s*abonnenten).{0,60})|"
    r".{0,60}(?:有料会員|会員限定|有料記事|会員登録|続きを読むには|ログインして).{0,80}|"
    r".{0,40}(?:유료\s*회원|구독자\s*전용).{0,60}|"
    r"(?:follow|like)\s*(?:us|@?\w+)\s*on\s*(?:twitter|facebook|instagram|x|google news|tiktok)\b.{0,60}"
)
JUNK_LINE = re.compile(
    r"^[\s\W]*(?:字[号體体級级](?:大小)?|[大中小]{2,3}|打印(?:本[稿页])?|列印|分享(?:到|至)?.{0,12}|收藏(?:本文)?|转发|轉寄|评论|評論|留言|关注|關注|"
    r"举报(?:/反馈)?|复制链接|複製連結|.{0,4}扫一扫.*|微博|微信(?:公众号)?|朋友圈|QQ(?:空间|好友)?|Qzone|Facebook|Line|Weibo|Twitter|"
    r"人参与|图集|纠错|首页.{0,20}|(?:您?当前|您?所在|您现在|您?目前)的?(?:所在)?位置.*|您的位置.*|正文|点击查看.*|(?:正在)?加载中?.*|点?赞|按讚|追蹤|"
    r"[上下]一[篇页頁则則].*|阅读下一篇.*|返回.{0,10}(?:首页|首頁|搜狐|查看更多|顶部|列表|頂端).*|阅读剩余全文.*|(?:展开|閱讀|阅读|查看|点击)+(?:全文|原文|更多)|"
    r"广告|廣告|贊助商廣告|(?:請|请)?(?:繼續往下|往下繼續|继续往下)閱?读?讀?.{0,6}|跟贴热词.*|我要反馈|保存网页|延伸閱讀|一键登录|搜索|点击进入.*|更多精彩.*|"
    r"已发送|发送中|已留言|留言数|我有话说.*|以上(?:内容|作品).{0,60}(?:上传|发布).*|"
    r"(?:文章|本文)?(?:关键[词字]|關鍵字|标签|標籤|Tags?)\s*[:：].*|相关热词.*|原文(?:链接|网址|地址|出处).{0,80}|"
    r"(?:阅读|浏览|点击|瀏覽|點閱|人氣)(?:次数|量|数|數)?\s*[:：]?\s*\d*次?|"
    r"(?:请|敬请|欢迎)?(?:打开)?(?:微信)?(?:长按|扫描|扫码|扫一扫|识别)[^。！？]{0,30}(?:关注|下载|阅读|二维码)[^。！？]{0,50}|"
    r"(?:请|敬请|欢迎)?(?:点击|搜索)?关注[^。！？]{0,24}(?:微信)?公众号[^。！？]{0,24}|"
    r"更多[^的。，！？、]{1,12}(?:報導|报道|报导|新聞|新闻)|"
    r"更多.{0,60}(?:请|敬请|欢迎|請)(?:持续)?(?:关注|關注|访问|登录|点击|下载|留意|搜索|锁定).{0,50}|海量资讯.{0,20}尽在.{0,20}|"
    r"(?:打开|下载|下載|點我下載|立即下载|點擊下載|立即下載).{0,24}(?:APP|客户端|客戶端|應用程式).{0,24}|.{1,10}(?:APP|客户端下载)|"
    r"不用抽.{0,60}|(?:加入|追蹤|訂閱|按讚).{0,24}(?:粉絲[團專页頁]|好友|頻道|官方帳號|LINE|IG|YouTube).{0,30}|"
    r".{0,24}(?:加入|成為|按讚|追蹤).{0,24}(?:粉絲[團專页頁]|LINE好友).{0,24}|"
    r".{0,60}(?:自殺防治|生命線|張老師)[^。]{0,60}(?:專線|[:：]|\d{4}).{0,80}|.{0,16}珍惜生命.{0,80}(?:專線|求助|\d{4}).{0,40}|"
    r".{0,12}(?:飲酒過量|喝酒不開車|酒後不開車|開車不喝酒|吸菸有害|未滿\s*18).{0,40}|本文(?:为|系).{0,20}原创.{0,20}|"
    r"(?:播放)?倍速|[\d.]+X|\d\d:\d\d(?:\s*/\s*\d\d:\d\d)?|超清|高清|标清|流畅|循环播放|跳过片头|全屏|静音|弹幕|重播|播放速度.{0,8}|"
    rf"-*\s*THE\s*END\s*-*|{_JUNK_ABROAD})[\s\W]*$",
    re.IGNORECASE,
)
"""Whole lines of page furniture, wherever they stand."""

CREDIT_LINE = re.compile(
    r"^[\s\W]*(?:(?:本文|文章|新闻|栏目|本期|值班|网络)?(?:责任|責任|执行|值班|美术|视频|文字|新媒体|网络|本期)?"
    r"(?:编辑|編輯|编审|責編|责编|小编|校对|审核|审读|终审|初审|复审|监制|總監製|统筹|签发|排版|制作|出品|编发|主编|编委|值班主任)"
    r"(?:[／/、丨| ](?:编辑|校对|审核|设计|排版|监制))*"
    r"\s*[:：丨｜|／/]\s*.{0,60}|"
    r"(?:责任编辑|責任編輯|责编|責編)\s*.{0,20})$"
)
"""Credits of a whole line: 责任编辑：张三."""

_ROLES = (
    "责任编辑|責任編輯|编辑|編輯|责编|責編|校对|校對|审核|審核|审校|终审|初审|复审|监制|統籌|统筹|签发|排版|制作|值班主任|记者|記者|作者|"
    "摄影|攝影|文字|图片|通讯员|主编|编审"
)
_NAME = r"[\u3400-\u9fff](?:[ \u3000][\u3400-\u9fff]|[\u3400-\u9fff]{1,3})"
_NAMES = rf"{_NAME}(?:[、 \u3000]{_NAME}){{0,3}}"
BARE_CREDIT = re.compile(
    r"^\W*(?:本期|值班|执行|实习|见习)?(?:责任编辑|責任編輯|编辑|編輯|责编|責編)\s{1,4}"
    rf"(?P<name>{_NAME})(?:[、 \u3000]{_NAME}){{0,3}}"
    rf"(?:[\s，,；;|｜/]{{1,4}}(?:{_ROLES})[\s:：]{{1,4}}{_NAMES}){{0,5}}\W*$"
)
"""A whole line of who edited the article, without a colon: 编辑 何静, 责编 何静 审核 李明."""
BARE_ROLE = re.compile(
    rf"(?<![\u3400-\u9fff])((?:本期|值班|执行|实习|见习)?(?:{_ROLES}))[\s\u3000]{{1,4}}(?=[\u3400-\u9fff])"
)
"""What somebody did, before his name, in such a line."""

_NO_COPIES, _VIEWS = "(?:任意)?[转轉][载載]", ".{0,12}(?:立场|观点|立場|觀點)"
RIGHTS_LINE = re.compile(
    # Each way begins with one certain character: re then looks for these, several times as fast.
    r"未[经經].{0,8}(?:授权|授權|许可|許可|允许|同意).{0,20}(?:转载|轉載|复制|使用|摘编)|版[权權](?:所有|[声聲]明|[归歸])|"
    r"著作(?:[权權](?:所有|[声聲]明|[归歸])|權)|"
    rf"不(?:得{_NO_COPIES}|代[表錶]{_VIEWS}|构成.{{0,12}}建议)|仅代表{_VIEWS}|僅代表{_VIEWS}|"
    rf"严禁{_NO_COPIES}|嚴禁{_NO_COPIES}|禁止{_NO_COPIES}|谢绝{_NO_COPIES}|請勿{_NO_COPIES}|请勿{_NO_COPIES}|"
    r"转[载載](?:请|請|时请|务必)|轉[载載](?:请|請|时请|务必)|免[責责][声聲]明|特别声明[:：]|平台声明|如有侵[权權]|如需转载|"
    r"違者必究|违者必究|侵权.{0,10}(?:删除|联系)|凡(?:本网|本站)?注明|据此(?:操作|投资|入市)|风险自[担负]|投资有风险|股市有风险|"
    r"A(?i:ll rights reserved)|a(?i:ll rights reserved)|举报电话\s*[:：]?\s*[\d(（]|违法和不良信息举?报?|网友评论仅供|"
    r"無断(?:転載|複製)|무단\s*전재|저작권자"
)
"""Rights notices and disclaimers, anywhere in a line."""
OWNED = re.compile(r"Copyright\b|©", re.IGNORECASE)
"""What a line of rights begins with."""

STAMP_LINE = re.compile(
    r"^[\s\W]*(?:(?:发布|發佈|发表|發表|发稿|更新|最后更新|最新更新|建立|出版|快照生成|(?:기사)?\s?입력|등록|승인|게재|(?:최종)?\s?수정|公開|配信|掲載|更新)?(?:时间|時間|日期|于|於)?\s*[:：]?\s*)?"
    r"(?:20|19)\d\d\s*[-/.年년]\s*\d{1,2}\s*[-/.月월]\s*\d{1,2}\s*[日일]?\.?(?:\s*(?:오전|오후))?(?:\s*[(（]?\s*(?:星期.)?\s*\d{1,2}[:：]\d\d(?:[:：]\d\d)?\s*(?:[ap]m)?[)）]?)?",
    re.IGNORECASE,
)
"""A line that begins with a date: a byline at the head, a teaser's stamp at the tail."""

STAMPED_LINE = re.compile(
    r"(?:20|19)\d\d\s*[-/.年년]\s*\d{1,2}\s*[-/.月월]\s*\d{1,2}\s*[日일]?\.?(?:\s*(?:오전|오후))?(?:\s*\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?$"
)
"""A line that ends with a date: outlet and date of a byline."""

BYLINE_PART = re.compile(
    r"(?:来源|來源|出处|作者|记者|記者|编辑|編輯|发布|發佈|时间|時間|时长|日期|浏览|人气|点击|阅读)(?:次数|量|数|时间)?\s*[:：]"
)
