"""Is a text feedback at all? Empty, symbol-only, repeated, placeholder and spam texts are not.

They are kept and marked, never dropped: `is_relevant` false and a `noise_reason`.
"""

from __future__ import annotations

import re

import ahocorasick_rs

from nlp_jobs.text.words import WORDS

_LETTERS = re.compile(r"[^\W\d_]", re.UNICODE)
_EMOTIVE_SYMBOLS = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_PLACEHOLDERS = re.compile(
    r"(?:此|该|本)?用户(?:没有|未|暂未|未及时)(?:填写|主动)?(?:评价|评论|填写).{0,20}"
    r"|(?:系统)?默认(?:好评|评价).{0,10}|暂无(?:评价|评论|内容)?|无|没有|没|略|不知道|同上|空"
    r"|(?:no |did not |didn't )(?:answer|comments?|response)|none|nil|n/?a|null|nan|-+|test|测试",
    re.IGNORECASE,
)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_PUNCTUATION = re.compile(r"[\W_]+", re.UNICODE)
# Two different kinds of evidence make an advertisement; one strong kind is enough alone.
_STRONG_SPAM = re.compile(
    r"兼职.{0,12}(?:元|块|日赚|天)|招.{0,4}兼职|手机兼职|在家.{0,4}兼职|百家乐|时时彩|六合彩|"
    r"棋牌.{0,8}(?:送|注册|下载)|澳门.{0,6}(?:娱乐|赌场|葡京)|代开.{0,6}发票|低息贷款|无抵押.{0,6}贷|办证刻章|"
    r"彩金|裸聊|一夜情|上门服务.{0,4}(?:小妹|美女)|躺赚|月入过万|稳赚|带你赚|"
    r"\b(?:casino|viagra|work from home and earn|earn \$\d+|crypto giveaway)\b",
    re.IGNORECASE,
)
_SPAM_KINDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"加.{0,3}(?:微信|薇信|威信|V信|vx|wx|QQ|扣扣|群|微)|(?:微信|vx|wx|QQ)[:：号]"
        r"|\[(?:微信号|QQ号)\]|dm me|whatsapp",
        r"兼职|刷单|日结|招聘|诚聘|代理|加盟|招商|副业|part[- ]time job|make money",
        r"免费领|领取优惠|内部(?:优惠)?券|返利|返现群|优惠券群|福利群|红包群|邀请码|推广码"
        r"|promo code",
        r"(?:日|月|天)(?:入|赚|薪).{0,6}\d|工资日结|\d+.{0,3}[-~到]\d+.{0,2}(?:元|块)?[/每一]?天",
        r"https?://|www\.|点击链接|复制.{0,8}(?:打开|口令)|淘口令|click (?:here|the link)",
        r"博彩|(?:真人|体育|电子)(?:娱乐|投注|平台)|下注|充值.{0,4}送|首充|注册(?:就)?送|网赚|贷款|套现|代办",
    )
)
# Most texts hold no word of an advertisement and are not looked at closer.
_SPAM_SIGNS = ahocorasick_rs.AhoCorasick(sorted(WORDS.spam_signs))
REPEATED_MIN_LENGTH = 6


def find_noise(text: str) -> str | None:
    """Why the cleaned text is not feedback (a `noise_reason` slug), or None when it is."""
    if not text.strip():
        return "empty"
    if not _LETTERS.search(text):
        return None if _EMOTIVE_SYMBOLS.search(text) else "no_words"
    if _PLACEHOLDERS.fullmatch(text.strip(" 。.!！~")):
        return "placeholder_text"
    if is_repetition(text):
        return "repeated_characters"
    if is_advertising(text):
        return "advertising"
    return None


def is_repetition(text: str) -> bool:
    """True for at least `REPEATED_MIN_LENGTH` letters and digits, of at most two kinds.

    A Chinese word said again and again (`"很好很好很好"`) is an opinion: there, of one kind.
    """
    opening = text[:3].lower()
    if opening.isalpha() and len(set(opening)) == 3:  # most texts
        return False
    beginning = text[: 2 * REPEATED_MIN_LENGTH].lower()
    if len({sign for sign in beginning if sign.isalnum()}) > 2:
        return False
    bare = _PUNCTUATION.sub("", text)
    most = 1 if _CHINESE.search(bare) else 2
    return len(bare) >= REPEATED_MIN_LENGTH and len(set(bare.lower())) <= most


def is_advertising(text: str) -> bool:
    """True for job offers, gambling, coupon groups and the like, on one strong sign or two."""
    if not _SPAM_SIGNS.find_matches_as_indexes(text.lower()):
        return False
    if _STRONG_SPAM.search(text):
        return True
    return sum(kind.search(text) is not None for kind in _SPAM_KINDS) >= 2
