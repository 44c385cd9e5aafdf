"""What creators claim about data, and the facts that it is held against: one entry a claim, in English and Chinese."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

Disclosure = Mapping[str, Any]
Fact = Callable[[Disclosure, re.Match[str]], str]


@dataclass(frozen=True)
class Claim:
    """One thing that is often claimed.

    Attributes:
        patterns: how it is put, over text that is folded to lower case and plain punctuation.
        fact: the derived fact that stands against it, as a sentence; empty where none does.
        minor: that nobody can check it: worth a moderator's look, and no reason to stop.
    """

    code: str
    patterns: tuple[re.Pattern[str], ...]
    fact: Fact
    minor: bool = False


def outside_places(disclosure: Disclosure) -> list[str]:
    """Names of everything outside that receives something: hosts of actions, and providers of models with their place."""
    hosts = [
        str(_("web pages")) if host["host"] == "*" else str(host["host"])
        for host in disclosure.get("hosts", [])
    ]
    return [*hosts, *(model_place(model) for model in outside_models(disclosure))]


def outside_models(disclosure: Disclosure) -> list[Mapping[str, Any]]:
    """The models that run elsewhere."""
    return [model for model in disclosure.get("models", []) if model.get("host")]


def model_place(model: Mapping[str, Any]) -> str:
    """Who runs a model and where: `Meridian (eu, api.meridian.example)`."""
    where = ", ".join(filter(None, (model.get("region"), model.get("host"))))
    return f"{model.get('provider') or model.get('name')} ({where})"


def _leaves(disclosure: Disclosure, found: re.Match[str]) -> str:
    places = outside_places(disclosure)
    if not places:
        return ""
    return _("Something is sent to: %(places)s.") % {"places": ", ".join(dict.fromkeys(places))}


def _calls(disclosure: Disclosure, found: re.Match[str]) -> str:
    hosts = [place for place in outside_places({"hosts": disclosure.get("hosts", [])}) if place]
    return _("It calls: %(places)s.") % {"places": ", ".join(hosts)} if hosts else ""


def _writes(disclosure: Disclosure, found: re.Match[str]) -> str:
    hosts = [str(host["host"]) for host in disclosure.get("hosts", []) if host.get("writes")]
    return _("It can change things at: %(places)s.") % {"places": ", ".join(hosts)} if hosts else ""


def _stores(disclosure: Disclosure, found: re.Match[str]) -> str:
    kept = {item["what"]: item.get("days") for item in disclosure.get("stored", [])}
    if "conversations" not in kept:
        return ""
    if kept["conversations"] is None:
        return _("Chats are kept on this server until whoever had them deletes them.")
    return _("Chats are kept on this server for %(days)s days.") % {"days": kept["conversations"]}


def _stores_longer(disclosure: Disclosure, found: re.Match[str]) -> str:
    days = {item.get("days") for item in disclosure.get("stored", []) if item.get("days")}
    if _claimed_days(found) in days:
        return ""
    return _stores(disclosure, found)


_UNITS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
_UNITS_ZH = {"小时": 1 / 24, "天": 1, "日": 1, "周": 7, "星期": 7, "个月": 30, "年": 365}


def _claimed_days(found: re.Match[str]) -> float:
    count, unit = found.group("count"), found.group("unit")
    length = _UNITS.get(unit.rstrip("s"), _UNITS_ZH.get(unit, 1))
    return int(count) * length if count.isdigit() and len(count) < 6 else 0


def _on_device(disclosure: Disclosure, found: re.Match[str]) -> str:
    return _leaves(disclosure, found) or _("It runs on this server, not on its reader's device.")


def _seen(disclosure: Disclosure, found: re.Match[str]) -> str:
    seen = set(disclosure.get("visible_to", []))
    if {"model_provider", "outside_hosts"} & seen:
        return _leaves(disclosure, found)
    return _("Whoever runs this server can reach its database.") if "operator" in seen else ""


def _abroad(disclosure: Disclosure, found: re.Match[str]) -> str:
    elsewhere = [
        model_place(model)
        for model in outside_models(disclosure)
        if not re.match(r"eu\b|europe", str(model.get("region", "")).lower())
    ]
    hosts = [str(host["host"]) for host in disclosure.get("hosts", [])]
    if not elsewhere and not hosts:
        return ""
    message = _("Nobody can vouch that these are in the European Union: %(places)s.")
    return message % {"places": ", ".join([*elsewhere, *hosts])}


def _unverified(disclosure: Disclosure, found: re.Match[str]) -> str:
    return _("Nobody here has verified that.")


def _named(disclosure: Disclosure, found: re.Match[str]) -> str:
    """That a provider which is denied is one of those that answer."""
    said = found.group("name")
    for model in outside_models(disclosure):
        names = f"{model.get('provider', '')} {model.get('name', '')} {model.get('host', '')}".lower()
        if said in names:
            return _("Its model is run by: %(places)s.") % {"places": model_place(model)}
    return ""


def _patterns(*sources: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(source) for source in sources)


# Short gaps between the words: a claim is one clause, and no pattern can run away over a long text.
_GAP = r"[^.!?;。！？；\n]{0,40}?"
_DATA = r"(?:data|chats?|conversations?|messages?|questions?|answers?|documents?|files?|texts?|words|inputs?|prompts?|information|anything|what you (?:type|write|say|ask|upload))"
_PLACE = r"(?:this|your|our|the|my)\s+(?:own\s+)?(?:server|servers|computer|device|machine|browser|network|building|house|organi[sz]ation|company|platform|laptop|phone)"
_ZH_DATA = r"(?:数据|信息|内容|聊天|对话|消息|问题|文件|资料|输入|隐私)"
_STORE = r"(?:stor(?:e|es|ed|ing)|keeps?|kept|sav(?:e|es|ed)|retain(?:s|ed)?|record(?:s|ed)?|log(?:s|ged)?|remembers?)"
_NOT = r"(?:never|not|no longer|do not|does not|don't|doesn't|won't|will not|cannot|can't)"

CLAIMS = (
    Claim(
        "nothing_leaves",
        _patterns(
            rf"\b(?:none|nothing)\b{_GAP}\b(?:leaves?|is (?:sent|shared|transmitted|uploaded))\b",
            rf"\b(?:{_NOT}|nor)\s+(?:ever\s+)?leaves?\s+(?:{_PLACE}|here|us|the premises)",
            rf"\bno\s+{_DATA}\b{_GAP}\b(?:leaves?|is (?:sent|shared|transmitted|uploaded)|gets? (?:sent|shared))\b",
            rf"\b{_DATA}\b{_GAP}\b{_NOT}\s+(?:ever\s+)?(?:leaves?|be (?:sent|shared|transmitted|uploaded)|(?:sent|shared|transmitted|uploaded))\b",
            rf"\b{_DATA}\s+(?:always\s+)?(?:stays?|remains?)\s+(?:here|private|local|(?:on|in|within|inside)\s+{_PLACE})",
            rf"{_ZH_DATA}[^。！？；\n]{{0,12}}?(?:不会|绝不|从不|不|永不)(?:离开|外传|上传|外泄|外发|发送|传出)",
            r"(?:不会|绝不|从不|永不)(?:离开|外传|上传|外泄|外发|传出)",
            rf"{_ZH_DATA}[^。！？；\n]{{0,8}}?(?:只|仅|全部|都|始终)?(?:留在|保留在|停留在|存放在)(?:本地|本机|本服务器|你的(?:电脑|设备)|您的(?:电脑|设备))",
        ),
        _leaves,
    ),
    Claim(
        "no_third_parties",
        _patterns(
            r"\b(?:no|without(?: any)?)\s+third[- ]part(?:y|ies)\b",
            rf"\b{_NOT}\s+(?:ever\s+)?(?:share[sd]?|sell|sold|pass(?:ed)?|give[ns]?|send|sent|disclosed?|forward(?:ed)?)\b{_GAP}\b(?:third[- ]part(?:y|ies)|anyone|anybody|others|outsiders)\b",
            r"(?:不会?|绝不|从不|没有)[^。！？；\n]{0,10}?第三方",
        ),
        _leaves,
    ),
    Claim(
        "never_stored",
        _patterns(
            rf"\b(?:we|i|it|this assistant|nobody|that)?\s*{_NOT}\s+(?:ever\s+)?{_STORE}\s+(?:any(?: of)?\s+|the\s+|your\s+|its\s+|of\s+)*(?:personal\s+|private\s+)?{_DATA}\b",
            rf"\b(?:we|i|it)\s+{_NOT}\s+(?:ever\s+)?{_STORE}\s*(?:it|them|that)?\s*(?=[.!?;,]|$)",
            rf"\bno\s+(?:personal\s+|chat\s+)?(?:{_DATA}|logs?|history)\b{_GAP}\b{_STORE}\b",
            rf"\bnothing\b{_GAP}\bis\s+(?:ever\s+)?{_STORE}\b",
            rf"\b{_DATA}\b{_GAP}\b{_NOT}\s+(?:ever\s+|be\s+)?(?:stored|kept|saved|retained|recorded|logged)\b",
            r"\bzero[- ](?:data[- ])?retention\b",
            r"\bno[- ]logs?\b",
            rf"(?:不会?|绝不|从不|永不|无)(?:保存|存储|储存|留存|记录|保留)(?:任何|你|您|用户|的)*{_ZH_DATA}",
            rf"{_ZH_DATA}[^。！？；\n]{{0,8}}?(?:不会|绝不|从不|不|永不)(?:被)?(?:保存|存储|储存|留存|记录|保留)",
            r"零留存|零日志|无日志",
        ),
        _stores,
    ),
    Claim(
        "deleted_soon",
        _patterns(
            rf"\b{_DATA}\b{_GAP}\b(?:deleted|erased|removed|wiped|purged)\b{_GAP}\b(?:after|within|in)\s+(?P<count>\d+|an?|one|two|three)\s+(?P<unit>(?:hour|day|week|month|year)s?)\b",
            rf"{_ZH_DATA}[^。！？；\n]{{0,12}}?(?P<count>\d+)\s*(?P<unit>小时|天|日|周|星期|个月|年)(?:后|内|之内|以内)[^。！？；\n]{{0,6}}?(?:删除|清除|销毁)",
        ),
        _stores_longer,
    ),
    Claim(
        "read_only",
        _patterns(
            r"\bread-only\b|\bread only(?=\s*(?:$|[.!?,;)]|access|mode|use))",
            r"\bonly (?:ever )?reads?\b",
            rf"\b{_NOT}\s+(?:ever\s+)?(?:writes?|changes?|modif(?:y|ies)|edits?|deletes?)\s+(?:anything|any\s+{_DATA}|your\s+{_DATA}|things|nothing)\b",
            r"只读|只会?读取|(?:不会?|绝不|从不)(?:修改|更改|改动|写入|删除)(?:任何|你|您)",
        ),
        _writes,
    ),
    Claim(
        "runs_on_device",
        _patterns(
            r"\bon[- ]device\b",
            r"\b(?:runs?|works?|running|working|stays?)\b[^.!?;\n]{0,20}?\b(?:offline|on your (?:own )?(?:computer|device|machine|laptop|phone))\b",
            r"\b(?:fully|completely|entirely|100 ?%) offline\b",
            r"(?:完全)?离线(?:运行|使用|工作|可用)|在(?:你|您)的(?:电脑|设备|手机)上运行|在?本机运行",
        ),
        _on_device,
    ),
    Claim(
        "runs_locally",
        _patterns(
            r"\b(?:runs?|works?|running|processed|hosted)\b[^.!?;\n]{0,20}?\blocal(?:ly)?\b",
            r"\b(?:self[- ]hosted|on[- ]premises?|on[- ]prem)\b",
            r"本地(?:运行|处理|部署|化运行)|在本服务器(?:上)?运行",
        ),
        _leaves,
    ),
    Claim(
        "calls_nothing",
        _patterns(
            rf"\b(?:{_NOT}|without)\s+(?:ever\s+)?(?:call|calls|calling|contacts?|contacting|connects?(?: to)?|connecting to|access(?:es)?|accessing|uses?|using|reach(?:es)?)\s+(?:any\s+|the\s+)?(?:outside|external|internet|web|online|third[- ]party)\b",
            r"\bno\s+(?:outside|external|internet|online)\s+(?:services?|apis?|hosts?|servers?|calls?|connections?|access|requests?)\b",
            r"(?:不会?|绝不|从不|无需|无须)(?:联网|上网|连接外部|调用外部|访问外部|连接互联网|访问互联网|使用外部)",
        ),
        _calls,
    ),
    Claim(
        "only_you_see",
        _patterns(
            r"\bonly you\b[^.!?;\n]{0,16}?\b(?:see|read|access)\b",
            r"\b(?:nobody|no one|no-one)(?: else)?\b[^.!?;\n]{0,16}?\b(?:sees?|reads?|access(?:es)?)\b",
            r"(?:只|仅)有?(?:你|您)(?:自己|本人)?(?:能|可以|才能)(?:看|查看|读|访问)",
            r"(?:没有|无)(?:其他|别的|任何)?人(?:能|可以|会)(?:看|查看|读|访问)",
        ),
        _seen,
    ),
    Claim(
        "stays_in_europe",
        _patterns(
            r"\b(?:stays?|remains?|hosted|processed|stored|kept|only|exclusively)\b[^.!?;\n]{0,24}?\bin(?:side)?\s+(?:the\s+)?(?:eu|european union|europe|germany|france|ireland)\b",
            r"(?:留在|存放在|保存在|处理于|仅在|只在)(?:欧盟|欧洲|德国|法国)",
        ),
        _abroad,
    ),
    Claim(
        "provider_denied",
        _patterns(
            r"\b(?:no|not|never|without|don't use|does not use|doesn't use|isn't)\s+(?:use\s+|using\s+|any\s+|by\s+|to\s+)*(?P<name>openai|chatgpt|gpt|anthropic|claude|google|gemini|mistral|deepseek|qwen|azure|amazon|aws|meta|llama|cohere)\b",
            r"(?:不使用|不用|没有使用|不经过|未使用|不依赖)\s*(?P<name>openai|chatgpt|gpt|anthropic|claude|google|gemini|mistral|deepseek|qwen|azure|amazon|aws|meta|llama|cohere)",
        ),
        _named,
    ),
    Claim(
        "certified",
        _patterns(
            rf"\b(?:hipaa|gdpr|soc ?2|iso ?/? ?(?:iec )?27\d{{3}}|pci(?:[- ]dss)?|ccpa|fedramp)\b[- ]?{_GAP}\b(?:compliant|compliance|certified|certification|approved|conform(?:s|ant)?|ready)\b",
            rf"\b(?:complies|compliant|certified|conforms?|approved)\b{_GAP}\b(?:hipaa|gdpr|soc ?2|iso ?/? ?(?:iec )?27\d{{3}}|pci(?:[- ]dss)?|ccpa|fedramp)\b",
            r"(?:符合|通过|获得|满足)[^。！？；\n]{0,10}?(?:gdpr|hipaa|soc ?2|iso ?27\d{3}|等保|个人信息保护法)",
        ),
        _unverified,
        minor=True,
    ),
)


def known_places(disclosure: Disclosure) -> Iterator[str]:
    """The words by which a sentence that makes an exception names one: hosts, providers, models and actions, in lower case."""
    for host in disclosure.get("hosts", []):
        yield from (str(host["host"]).lower(), *str(host.get("purpose", "")).lower().split("; "))
    for model in outside_models(disclosure):
        yield from (str(model.get(name, "")).lower() for name in ("provider", "name", "host"))
