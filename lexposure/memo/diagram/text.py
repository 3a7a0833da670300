"""Text that fits: widths estimated without a font engine, wrapping, and cleaning of what users typed."""

import unicodedata

# Advance widths of Helvetica in thousandths of the size, for the printable ASCII characters from the space on.
_HELVETICA = (
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556,) * 10, *(278, 278, 584, 584, 584, 556),
    *(1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556),
    *(333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556),
    *(556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584),
)
_BOLD = 1.07  # Helvetica Bold against Helvetica, on running text
# Marks that turn the direction of the text around them; a label must not rearrange its neighbours.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """The text on one line without characters that XML forbids or that reorder what stands around them."""
    kept = (
        " " if unicodedata.category(character) == "Cc" else character
        for character in text
        if character not in _DIRECTION
        and unicodedata.category(character) != "Cs"
        and ord(character) & 0xFFFE != 0xFFFE
    )
    return " ".join("".join(kept).split())


def _advance(character: str) -> int:
    code = ord(character) - 32
    if 0 <= code < len(_HELVETICA):
        return _HELVETICA[code]
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1000
    return 760 if character.isupper() else 600


def width_of(text: str, size: float, bold: bool = False) -> float:
    """The estimated width, on the wide side, since the fonts of the reader are not known here."""
    return sum(map(_advance, text)) * size / 1000 * (_BOLD if bold else 1)


def shorten(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    if width_of(text, size, bold) <= room:
        return text
    kept = text
    while kept and width_of(kept + "…", size, bold) > room:
        kept = kept[:-1]
    return kept.rstrip(" ,;(") + "…"


def _pieces(word: str, room: float, size: float, bold: bool) -> list[str]:
    """A word that is wider than a line, cut into parts that are not."""
    parts = [""]
    for character in word:
        if parts[-1] and width_of(parts[-1] + character, size, bold) > room:
            parts.append("")
        parts[-1] += character
    return parts


def wrap(text: str, room: float, size: float, bold: bool = False, lines: int = 2) -> tuple[str, ...]:
    """The cleaned text broken into at most so many lines; what is left over is told by an ellipsis."""
    # One line holds few characters, so a hostile megabyte need not be measured to the end.
    wrapped: list[str] = []
    for word in plain(text[:2000]).split():
        for piece in _pieces(word, room, size, bold):
            joined = f"{wrapped[-1]} {piece}" if wrapped else piece
            if wrapped and width_of(joined, size, bold) <= room:
                wrapped[-1] = joined
            else:
                wrapped.append(piece)
    if len(wrapped) <= lines:
        return tuple(wrapped)
    return (*wrapped[: lines - 1], shorten(" ".join(wrapped[lines - 1 :]), room, size, bold))
