"""Whether a listing is of a kind that the store does not carry: rules in English and Chinese.

Words alone say little: who helps against gambling writes “gambling” too. So each rule is a phrase of offering or making,
and sentences that prohibit, warn, teach defence or help are passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from store.moderation.alike import plain
from store.moderation.findings import MINOR, SERIOUS, Finding, Severity, quoted
from store.moderation.subject import Subject


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind, as a pattern over plain lower-case text. `excused`: whether words of help and defence excuse it."""

    code: str
    severity: Severity
    pattern: re.Pattern[str]
    excused: bool = True


def _rule(code: str, severity: Severity, *patterns: str, excused: bool = True) -> Rule:
    return Rule(f"category_{code}", severity, re.compile("|".join(patterns)), excused)


_MAKE = r"(?:mak\w+|build\w*|creat\w+|writ\w+|generat\w+|produc\w+|assembl\w+|buy\w*|sell\w*|get|obtain\w*|deploy\w*|spread\w*)"
RULES = (
    _rule(
        "minors",
        SERIOUS,
        r"\b(?:sexual\w*|erotic\w*|nude|nudes|naked|porn\w*|lewd|nsfw)\W+(?:\w+\W+){0,4}(?:child|children|minors?|underage|pre-?teens?|schoolgirls?|schoolboys?|little girls?|little boys?|lolis?|shotas?)\b",
        r"\b(?:child|children|minors?|underage|pre-?teen|schoolgirl|schoolboy|loli|shota)\W+(?:\w+\W+){0,3}(?:porn\w*|erotic\w*|nudes?|sex|sexual\w* (?:role-?play|stor\w+|content|images?)|nsfw)\b",
        r"\bcsam\b(?! (?:report|detect|prevent))",
        r"儿童色情|幼女|萝莉.{0,4}(?:色情|裸|性)|未成年.{0,6}(?:色情|裸照|性爱|情色)|恋童",
    ),
    _rule(
        "sexual",
        SERIOUS,
        r"\b(?:porn|pornograph\w+|hentai|sexting|erotic (?:role-?play|chat|stor\w+)|nsfw (?:role-?play|chat|content|images?)|sex (?:chat|bot)|nudify|undress\w* (?:her|him|photos?|women|people))\b",
        r"色情(?:聊天|小说|图片|视频)|成人(?:聊天|视频|小说)|裸聊|约炮|一键脱衣",
    ),
    _rule(
        "weapons",
        SERIOUS,
        rf"\b{_MAKE}\W+(?:\w+\W+){{0,4}}(?:pipe bombs?|explosives?|bombs?(?! calorimeter)|ghost guns?|silencers?|suppressors?|nerve agents?|chemical weapons?|bioweapons?|biological weapons?|dirty bombs?|molotov\w*|napalm|sarin|ricin|anthrax|ied|ieds|firearms?|untraceable guns?|3d[- ]printed guns?)\b",
        r"(?:制作|制造|自制|购买|合成).{0,6}(?:炸弹|炸药|枪支|枪械|手枪|雷管|毒气|神经毒剂|生化武器|燃烧瓶)",
    ),
    _rule(
        "malware",
        SERIOUS,
        rf"\b{_MAKE}\W+(?:\w+\W+){{0,4}}(?:malware|ransomware|keyloggers?|trojans?|rootkits?|botnets?|spyware|computer virus\w*|computer worms?|phishing (?:pages?|kits?|e-?mails?|sites?)|exploits? kits?|info-?stealers?|cryptojackers?)\b",
        r"\b(?:hack(?:ing)? into|break(?:ing)? into|crack(?:ing)?)\W+(?:\w+\W+){0,3}(?:accounts?|e-?mails?|phones?|wi-?fi|instagram|facebook|whatsapp|computers?|passwords?)\b",
        r"\b(?:ddos|denial[- ]of[- ]service) (?:attacks? )?(?:for hire|as a service|tool|launcher|stresser)\b",
        r"(?:编写|制作|生成|购买).{0,6}(?:木马|病毒程序|勒索软件|恶意软件|钓鱼网站|外挂)|盗号|破解.{0,4}(?:密码|账号|wifi)|入侵.{0,6}(?:电脑|手机|账号|系统)",
    ),
    _rule(
        "drugs",
        SERIOUS,
        rf"\b{_MAKE}\W+(?:\w+\W+){{0,4}}(?:meth|methamphetamine|cocaine|heroin|fentanyl|mdma|ecstasy|lsd|crack|ketamine)\b",
        r"\b(?:buy|order)\W+(?:\w+\W+){0,3}(?:oxycodone|xanax|adderall)\W+(?:\w+\W+){0,3}without (?:a )?prescription",
        r"(?:制作|制造|合成|购买|出售).{0,6}(?:冰毒|海洛因|可卡因|摇头丸|大麻|毒品|芬太尼)",
    ),
    _rule(
        "gambling",
        SERIOUS,
        r"\b(?:online casino|real[- ]money (?:casino|poker|slots|gambling)|betting (?:tips?|signals?|odds for)|sports? betting (?:tips?|picks?|predictions?)|guaranteed (?:win|bets?)|place (?:your )?bets?|slot machines? (?:tips?|wins?))\b",
        r"(?:网上|在线|线上)(?:赌场|赌博|博彩)|博彩(?:平台|推荐|预测)|六合彩|时时彩|赌球|百家乐|彩票(?:预测|必中)|下注(?:推荐|平台)",
    ),
    _rule(
        "fraud",
        SERIOUS,
        rf"\b{_MAKE}\W+(?:\w+\W+){{0,4}}(?:fake|forged|counterfeit|stolen)\W+(?:\w+\W+){{0,2}}(?:passports?|ids?|id cards?|driver'?s licen[cs]es?|documents?|diplomas?|degrees?|money|banknotes?|bills?|invoices?|receipts?|reviews?|bank statements?|credit cards?|prescriptions?|visas?)\b",
        r"\b(?:carding|money mules?|launder(?:ing)? money|evade taxes|pyramid scheme|ponzi scheme)\b",
        r"(?:办理|制作|购买|出售|伪造).{0,4}(?:假证|假护照|假身份证|假学历|假文凭|假发票|假币|假病历)|刷单|洗钱|套现|代开发票|银行卡四件套",
    ),
    _rule(
        "self_harm",
        SERIOUS,
        r"\b(?:how to|ways? to|methods? (?:of|to|for)|encourag\w+|help\w* you)\W+(?:\w+\W+){0,3}(?:kill yourself|commit suicide|suicide|self-?harm|cut yourself|starve yourself)\b",
        r"\bpro-?ana\b|\bthinspo\w*\b",
        r"(?:如何|怎么|教你|鼓励).{0,4}(?:自杀|自残|割腕)",
    ),
    _rule(
        "hate",
        SERIOUS,
        r"\b(?:exterminate|eradicate|gas|lynch|deport all|get rid of)\W+(?:\w+\W+){0,2}(?:jews|muslims|blacks|gays|immigrants|christians|hindus|roma|asians|whites)\b",
        r"\b(?:white (?:power|supremacy)|heil hitler|racial purity|ethnic cleansing)\b",
        r"(?:消灭|杀光|滚出).{0,4}(?:犹太人|穆斯林|黑人|回族|维吾尔|同性恋)",
    ),
    _rule(
        "surveillance",
        SERIOUS,
        r"\b(?:spy(?:ing)? on|secretly (?:track|monitor|record|read)|track(?:ing)?)\W+(?:your |a |the |my )?(?:partner|wife|husband|girlfriend|boyfriend|spouse|ex)\b",
        r"\b(?:stalkerware|find (?:someone'?s|anyone'?s) (?:home )?address|dox(?:x)?(?:ing)? (?:someone|people|anyone))\b",
        r"(?:偷拍|偷听|监控|定位|跟踪).{0,6}(?:老婆|老公|妻子|丈夫|女友|男友|伴侣|他人手机)|人肉搜索|查(?:开房|户籍|他人隐私)",
    ),
    _rule(
        "promises",
        MINOR,
        r"\b(?:guaranteed|risk[- ]free|sure)\W+(?:\w+\W+){0,2}(?:returns?|profits?|income|cure|weight loss)\b",
        r"\b(?:cures?|heals?)\W+(?:\w+\W+){0,2}(?:cancer|diabetes|hiv|aids|alzheimer'?s|autism)\b",
        r"\bget rich quick\b|\bdouble your (?:money|bitcoin)\b",
        r"稳赚不赔|保本高收益|包治百病|根治(?:癌症|糖尿病)|月入(?:十万|百万)",
    ),
)
_PROHIBITS = re.compile(
    r"\b(?:never|do not|don'?t|must not|mustn'?t|refuse|decline|cannot|can'?t|won'?t|will not|not allowed|avoid|without ever"
    r"|no help|instead of|rather than|forbidden|prohibited)\b|不要|不得|禁止|拒绝|绝不|不能|不会|切勿|避免"
)
_HELPS = re.compile(
    r"\b(?:prevent\w*|protect\w*|defen[cs]e|defend\w*|defensive|detect\w*|recogni[sz]\w+|report\w*|addict\w*|recover\w*|quit\w*|stop\w*|against"
    r"|histor\w+|law|laws|legal|lawyer\w*|research\w*|educat\w+|aware\w*|policy|policies|safety|survivor\w*|victim\w*|counsel\w*|crisis"
    r"|hotline|help\s?line|treatment|therap\w+|fight\w*|spot|avoid\w*|analy[sz]\w+|novel\w*|fiction\w*|museum|compliance|moderat\w+|incident|blue team|anti-?\w+)\b"
    r"|预防|防范|防止|保护|识别|举报|戒|反诈|反欺诈|历史|法律|研究|教育|危机|热线|帮助戒|安全|小说|防御|检测"
)
_SENTENCE = re.compile(r"[.!?。！？;；\n]")


def check(subject: Subject) -> Iterator[Finding]:
    """The first phrase of each kind, with where it stands."""
    for where, text in subject.texts():
        yield from _found(where, plain(text))


def _found(where: str, text: str) -> Iterator[Finding]:
    for rule in RULES:
        for match in rule.pattern.finditer(text):
            if rule.excused and _excused(text, match.start(), match.end()):
                continue
            severity: Severity = rule.severity
            yield Finding(rule.code, severity, where, {"quote": quoted(text, *match.span())})
            break


def _excused(text: str, start: int, end: int) -> bool:
    """Whether the sentence around a match prohibits it, or is about help against it."""
    before = _SENTENCE.split(text[max(0, start - 200) : start])[-1]
    after = _SENTENCE.split(text[end : end + 120])[0]
    sentence = f"{before} {text[start:end]} {after}"
    return bool(_PROHIBITS.search(before) or _HELPS.search(sentence))
