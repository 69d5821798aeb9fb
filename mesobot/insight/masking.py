"""Masks what could tell who wrote a message: names, numbers, addresses, and unknown words.

What it can miss stands in docs/insight.md, and on each page that shows masked texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

import phonenumbers
from phonenumbers import Leniency

from mesobot.insight.words import Words

LIMITS = (
    "Masking can miss a name that is also an ordinary word (Hope, Joy), a nickname, and a story "
    "that only one person can tell (“my wedding at the palace on Saturday”)."
)
"""What masking cannot do, said wherever masked texts are shown."""

E_MAIL, LINK, PHONE, NUMBER, NAME, PLACE, WORD = (
    f"‹{what}›" for what in ("e-mail", "link", "phone", "number", "name", "address", "…")
)
_MARK = re.compile(r"‹[^‹›]*›")
_QUOTES = str.maketrans("‹›", "<>")
_E_MAIL = re.compile(
    r"(?<!\S)\S+@[^\s,;]*|@\S+|(?<![\w.+-])[\w.+-]+\s*(?:\(at\)|\[at\]|\bat\b)\s*[\w-]+\s*(?:\(dot\)|\[dot\]|\bdot\b|\.)\s*"
    r"(?:com|net|org|de|tr|co|uk|edu)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?<!\S)\S+://\S+|\bwww\.\S+|\b[\w-]+\.(?:com|net|org|de|tr|io|me|co)\b\S*", re.IGNORECASE
)
_HANDLE = re.compile(
    r"\b(?:insta(?:gram)?|ig|facebook|fb|tiktok|snap(?:chat)?|telegram|twitter)\b\s*(?:is|name|:|"
    r"account|handle)?\s*:?\s*(?P<handle>\S*[\d_.]\S*)",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(?:\w+\s+){1,3}(?:street|avenue|road|lane|square|boulevard|caddesi|cad|sokak|sokağı|sok|"
    r"mahallesi|mah|bulvarı|apartment|apt)\b\.?(?:\s*(?:no|nr|number)?\.?:?\s*\d+\w*)?"
    r"|\b\d+\w?\s+(?:\w+\s+){1,2}(?:street|avenue|road|lane|square|st|ave|rd)\b",
    re.IGNORECASE,
)
_LIVES = re.compile(
    r"\b(?:i|we|she|he|they)(?:['’]?m|['’]?re)?\s+(?:am |are |is )?(?:live|lives|living|stay|"
    r"staying|come|coming|work|works|working|from)\s+(?:in|at|from|near|for)?\s*"
    r"(?P<place>\S+)",
    re.IGNORECASE,
)
_CAPITAL = r"[A-ZÇĞİÖŞÜ][\w'’-]*"
_AFTER_IT = rf"[^\W\d_][\w'’-]*(?:\s+{_CAPITAL}){{0,3}}"
_INTRODUCED = re.compile(
    r"\b(?:(?i:my (?:full |first |last |sur)?name(?:\s+is|['’]s|:)?|ad[ıi]m|regards,?|signed|"
    rf"yours,?)\s+(?P<name>{_AFTER_IT})"
    rf"|(?i:call me|named|called)\s+(?P<called>{_AFTER_IT})"
    rf"|(?i:i am|i['’]m|im|this is|it['’]s|love,?)\s+(?P<said>{_CAPITAL}(?:\s+{_CAPITAL}){{0,3}}))",
)
_TITLED = re.compile(
    r"\b(?i:dr|mr|mrs|ms|miss|prof|madam|nurse|doctor)\b\.?\s+"
    rf"(?P<name>{_CAPITAL}(?:\s+{_CAPITAL})?)"
    r"|\b(?P<before>[^\W\d_]+)\s+(?:hanım|hanim|bey|abla|abi|teyze|hoca)\b",
)
_NUMBER = re.compile(r"\d[\d.,:/'’-]*\d|\d")
_TOKEN = re.compile(r"‹[^‹›]*›|[^\W\d_]+(?:['’][^\W\d_]+)*")
_MOSTLY = 0.6
"""Share of words with a capital from which capitals say nothing ("Do You Do Hair Transplants")."""
_STARTS = ".!?:\n"


class Masker:
    """Masks texts; whatever is not known to be harmless is masked."""

    def __init__(self, words: Words, region: str = "TR") -> None:
        """Show only words that these know; ``region`` is that of phone numbers without a code."""
        self._words = words
        self._region = region

    def mask(self, text: str) -> str:
        """The text on one line, with marks like ``‹name›`` in place of what may be personal."""
        visible = "".join(
            " " if c.isspace() else c for c in text if c.isspace() or c.isprintable()
        ).translate(_QUOTES)
        plain = " ".join(unicodedata.normalize("NFKC", visible).split())
        plain = _E_MAIL.sub(E_MAIL, plain)
        plain = _LINK.sub(LINK, plain)
        plain = self._without_phones(plain)
        plain = _group(_HANDLE, plain, "handle", NAME)
        plain = _STREET.sub(PLACE, plain)
        plain = _group(_LIVES, plain, "place", PLACE, keep=self._is_no_place)
        plain = _group(_INTRODUCED, plain, "name", NAME)
        plain = _group(_INTRODUCED, plain, "called", NAME, keep=self._is_no_name)
        plain = _group(_INTRODUCED, plain, "said", NAME)
        plain = _group(_TITLED, plain, "name", NAME)
        plain = _group(_TITLED, plain, "before", NAME)
        plain = _NUMBER.sub(NUMBER, plain)
        return _joined("".join(self._words_of(plain)))

    def _without_phones(self, text: str) -> str:
        found = phonenumbers.PhoneNumberMatcher(text, self._region, leniency=Leniency.POSSIBLE)
        for match in reversed(list(found)):
            text = f"{text[: match.start]}{PHONE}{text[match.end :]}"
        return text

    def _words_of(self, text: str) -> Iterator[str]:
        words = [m[0] for m in _TOKEN.finditer(text) if not _MARK.fullmatch(m[0])]
        capitals = sum(word[0].isupper() for word in words)
        tells = not words or capitals / len(words) < _MOSTLY
        last = 0
        for match in _TOKEN.finditer(text):
            between = text[last : match.start()]
            yield between
            last = match.end()
            word = match[0]
            if _MARK.fullmatch(word):
                yield word
                continue
            begins = not text[: match.start()].strip() or any(c in _STARTS for c in between)
            yield self._shown(word, is_proper=tells and not begins and word[0].isupper())
        yield text[last:]

    def _shown(self, word: str, is_proper: bool) -> str:
        parts = re.split(r"['’]", word)
        if any(self._words.is_name(part) for part in parts if len(part) > 1):
            return NAME
        if is_proper and word != "I" and not word.startswith(("I'", "I’")):
            is_shouted = word.isupper() and len(word) > 1
            if not self._words.is_ours(parts[0]) and not is_shouted:
                return NAME
        known = all(self._words.is_ordinary(part) for part in parts if len(part) > 1)
        return word if known or self._words.is_ordinary(word) else WORD

    def _is_no_name(self, words: str) -> bool:
        """Whether what follows "call me" is no name ("call me tomorrow")."""
        first = words.split(maxsplit=1)[0]
        return first.islower() and self._words.is_ours(first)

    def _is_no_place(self, word: str) -> bool:
        return word.islower() and self._words.is_ours(word.strip(".,!?"))


def has_marks(text: str) -> bool:
    """Whether something in a masked text was masked."""
    return _MARK.search(text) is not None


def without_marks(text: str) -> str:
    """A masked text without its marks, for comparing."""
    return " ".join(_MARK.sub(" ", text).split())


def _group(
    pattern: re.Pattern[str],
    text: str,
    group: str,
    mark: str,
    keep: Callable[[str], bool] = lambda _found: False,
) -> str:
    """The text with one group of each match replaced, unless ``keep`` speaks against it."""

    def replaced(match: re.Match[str]) -> str:
        found = match[group]
        if not found or _MARK.search(found) or keep(found):
            return match[0]
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return f"{match[0][:start]}{mark}{match[0][end:]}"

    return pattern.sub(replaced, text)


def _joined(text: str) -> str:
    """One mark where several of a kind stand side by side ("‹name› ‹name›")."""
    return re.sub(r"(‹[^‹›]*›)(?:[\s,.-]*\1)+", r"\1", text)
