"""Names that look alike: letters of other scripts and digits that stand for Latin letters, and small misspellings.

The table follows Unicode's confusables (UTS #39) for the letters that occur in names; NFKC takes care of full-width,
circled, mathematical and ligature forms.
"""

import re
import unicodedata

_PAIRS = (
    "аa вb еe кk мm нh оo рp сc тt уy хx іi ѕs јj ԁd ԛq ԝw ɡg һh ӏl ѵv ьb гr пn зe ёe йn"  # Cyrillic
    " αa βb γy δd εe ζz ηn ιi κk λl μu νv οo πn ρp σo τt υu χx ωw"  # Greek
    " օo սu ոn հh ցg զq ք"  # Armenian
    " ıi łl øo đd ħh ðd þp ßb ɑa ɩi ʟl ʏy ꜱs ᴀa ʙb ᴄc ᴅd ᴇe ɢg ʜh ᴊj ᴋk ᴍm ɴn ᴏo ᴘp ʀr ᴛt ᴜu ᴠv ᴡw ᴢz"
)
_LETTERS = {pair[0]: pair[1] for pair in _PAIRS.split() if len(pair) == 2}
_DIGITS = {
    "0": "o",
    "1": "l",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "|": "l",
    "$": "s",
    "@": "a",
    "!": "i",
}
_LOOKS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"), ("l", "i"))
_SCRIPT = re.compile(r"[a-z]")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """A text in lower case and compatibility form, without accents and characters that nobody sees."""
    folded = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
    apart = unicodedata.normalize("NFKD", folded)
    return "".join(char for char in apart if not unicodedata.combining(char))


def skeleton(text: str) -> str:
    """A text in which letters that look like Latin ones are these, for comparing names by their looks."""
    return "".join(_LETTERS.get(char, char) for char in plain(text))


def leet(word: str) -> str:
    """A word in which digits and signs that stand for letters are these; a word without letters stays as it is."""
    return "".join(_DIGITS.get(char, char) for char in word) if _SCRIPT.search(word) else word


def words_of(text: str) -> list[str]:
    """The words of a text that was made plain."""
    return re.findall(r"[^\W_]+", text)


def is_disguised(text: str) -> bool:
    """Whether a name mixes letters of other scripts into Latin words, as nobody does who writes a language."""
    for word in re.findall(r"\w+", unicodedata.normalize("NFKC", text)):
        latin = any("a" <= char <= "z" for char in plain(word))
        foreign = any(char in _LETTERS and "LATIN" not in unicodedata.name(char, "") for char in plain(word))
        if latin and foreign:
            return True
    return bool(INVISIBLE.search(text))


def within_one(one: str, other: str) -> bool:
    """Whether one change, insertion, removal or swap of neighbours makes one word of the other."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        swapped = short[at : at + 2][::-1] == long[at : at + 2] and short[at + 2 :] == long[at + 2 :]
        return swapped or short[at + 1 :] == long[at + 1 :]
    return short[at:] == long[at + 1 :]


def forms_of(text: str) -> set[str]:
    """How a word may be read: as it is, with digits for letters, and with letters that look like others."""
    seen = {skeleton(text), leet(skeleton(text))}
    for seen_as, meant in _LOOKS:
        seen |= {form.replace(seen_as, meant) for form in set(seen)}
    return seen
