"""Whether a listing is made against other assistants, or against those who use it."""

import re
from collections.abc import Iterator

from store.moderation.alike import INVISIBLE, plain
from store.moderation.findings import MINOR, SERIOUS, Finding, quoted
from store.moderation.subject import Subject

_BAIT = re.compile(
    r"(?:ignore|disregard|forget|override)\W+(?:\w+\W+){0,3}(?:previous|prior|above|earlier|all|your|system)\W+(?:\w+\W+){0,2}(?:instructions?|prompts?|rules|orders|guidelines)"
    r"|(?:reveal|print|repeat|show|output|tell me|leak|dump)\W+(?:\w+\W+){0,4}(?:system prompt|initial prompt|hidden (?:prompt|instructions)|your (?:own )?instructions|(?:text|words|everything) above)"
    r"|\bjailbr(?:eak|oken)\b|\bdan mode\b|\bdo anything now\b|developer mode enabled"
    r"|忽略.{0,6}(?:之前|以上|前面|所有).{0,4}(?:指令|提示|规则)|(?:输出|告诉我|显示|泄露|重复).{0,6}(?:系统提示|提示词|你的指令|上面的内容)|越狱模式"
)
_ASKS = re.compile(
    r"(?:ask|request|collect|get|prompt|require)\w*\W+(?:\w+\W+){0,5}(?:passwords?|pin codes?|credit card|card numbers?|cvv|cvc|social security number|seed phrases?|private keys?|one-?time codes?|verification codes?|login details)"
    r"|(?:索要|要求|询问|收集|获取).{0,8}(?:密码|验证码|银行卡号|信用卡|身份证号|助记词|私钥)"
)
_HIDES = re.compile(
    r"(?:do not|don'?t|never|without)\W+(?:\w+\W+){0,3}(?:tell(?:ing)?|inform(?:ing)?|reveal(?:ing)? to|let|notif\w+)\W+(?:\w+\W+){0,2}(?:user|users|person|people|customer|customers|them)\W+(?:\w+\W+){0,4}(?:data|sent|stored|recorded|collect\w*|send\w*|forward\w*|shar\w+|action|call\w*)"
    r"|(?:secretly|covertly|silently)\W+(?:\w+\W+){0,2}(?:send|forward|collect|record|store|share|upload|log)"
    r"|(?:不要|别|不得|不).{0,3}(?:告诉|让|通知).{0,4}(?:用户|客户|对方).{0,8}(?:数据|发送|收集|记录|上传|转发)|(?:秘密|悄悄|偷偷).{0,3}(?:发送|收集|记录|上传|转发)"
)
_HUMAN = re.compile(
    r"(?:say|claim|pretend|insist|tell\w*)\W+(?:\w+\W+){0,5}(?:you are|you'?re|to be|being)\W+(?:a |an )?(?:real |actual )?(?:human|person|real person)\b"
    r"|(?:假装|声称|坚称|冒充).{0,4}(?:真人|人类)"
)
_NOT = re.compile(
    r"\b(?:never|do not|don'?t|must not|not|refuse|without|avoid)\b|不要|不得|禁止|绝不|拒绝|切勿|避免|请勿"
)


def check(subject: Subject) -> Iterator[Finding]:
    """Bait for other assistants, asking for secrets, hiding, claiming to be a person, hidden characters."""
    for where, text in subject.shown.items():
        if hidden := INVISIBLE.search(text):
            severity = SERIOUS if hidden[0] in BIDI_AND_TAGS else MINOR
            yield Finding("hidden_characters", severity, where)
        yield from _matches("leak_bait", _BAIT, where, plain(text), negated=False)
    told = plain(subject.told)
    if any(char in BIDI_AND_TAGS for char in subject.told):
        yield Finding("hidden_characters", SERIOUS, "instructions")
    yield from _matches("asks_secrets", _ASKS, "instructions", told)
    yield from _matches("hides_things", _HIDES, "instructions", told, negated=False)
    yield from _matches("claims_human", _HUMAN, "instructions", told)


BIDI_AND_TAGS = frozenset(
    [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))]
)


def _matches(
    code: str, pattern: re.Pattern[str], where: str, text: str, *, negated: bool = True
) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        before = re.split(r"[.!?。！？;\n]", text[max(0, match.start() - 80) : match.start()])[-1]
        if negated and _NOT.search(before):
            continue
        minor = code in ("leak_bait", "claims_human")
        yield Finding(code, MINOR if minor else SERIOUS, where, {"quote": quoted(text, *match.span())})
        return
