"""What is wrong, where, what was expected, and the nearest thing that would have been right."""

import difflib
import heapq
import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

#: Every diagnostic code, with the sentence that documents it. Codes are stable: scripts and editors key on them.
CODES = {
    "LX101": "The file cannot be read.",
    "LX102": "The file is not UTF-8 text, or holds a control character.",
    "LX103": "The YAML syntax is broken.",
    "LX104": "A key is repeated in one mapping.",
    "LX105": "An anchor, alias or merge key is used; write the value out, or use `extends`.",
    "LX106": "A tag is used; every value is plain text here.",
    "LX107": "The file is nested too deeply.",
    "LX108": "The file is too large.",
    "LX109": "The file holds more than one document.",
    "LX110": "A key is not plain text.",
    "LX111": "`extends` leads back to the same file.",
    "LX201": "The key is not known here.",
    "LX202": "A required key is missing.",
    "LX203": "The value is not of the expected kind.",
    "LX204": "The term is not in the vocabulary.",
    "LX205": "The values of one entry contradict each other.",
    "LX301": "The reference names nothing in this program.",
    "LX302": "The facts stated for one thing contradict each other.",
    "LX303": "The date is impossible or out of order.",
    "LX304": "The entry has no effect: nothing reaches it, or nothing uses it.",
    "LX305": "The phase is not one of the program's.",
    "LX306": "The fact cannot be stated there.",
    "LX401": "The condition reads a fact that no program can state.",
    "LX402": "The condition compares a fact with something it cannot be.",
    "LX403": "The reference names nothing in the packs.",
    "LX404": "The identifier is already taken by another pack.",
    "LX405": "A case's expectation is not met.",
    "LX406": "A provision, element or exception is not tested by the pack's cases.",
    "LX407": "The pack is in the wrong folder, or names another jurisdiction than its folder.",
    "LX408": "The provision was last checked long ago.",
    "LX501": "The option's value is not usable.",
    "LX504": "The cases are too few to fit anything on.",
}


class Severity(StrEnum):
    """An error stops the work; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Place(NamedTuple):
    """A span on one line of a file; lines and columns count from 1, ``end`` is the column after the last."""

    file: str
    line: int
    column: int
    end: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault. ``message`` is a sentence; ``expected`` and ``nearest`` are what the reader needs to mend it."""

    code: str
    message: str
    place: Place | None = None
    excerpt: str = ""
    expected: str = ""
    nearest: str = ""
    severity: Severity = Severity.ERROR

    def as_dict(self) -> dict[str, object]:
        """The JSON form; ``line`` and ``column`` are null for faults that stand in no file."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
            "column": self.place.column if self.place else None,
            "excerpt": self.excerpt,
            "expected": self.expected,
            "nearest": self.nearest,
        }


class InvalidInput(Exception):  # noqa: N818  the name says what is wrong
    """Bad input, with every fault found in it; raised once reading can go no further, never for warnings alone."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(render(d) for d in self.diagnostics))


_LONGEST_WORD = 100
_LONGEST_SENTENCE = 500
_MANY, _FEW = 400, 50


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that a reader most likely meant, or the empty string where none is close."""
    if len(word) > _LONGEST_WORD:
        return ""
    pool = list(candidates)
    folded = {c.casefold().replace("-", "_").replace(" ", "_"): c for c in pool}
    key = word.casefold().replace("-", "_").replace(" ", "_")
    if key in folded:
        return folded[key]
    near: Iterable[str] = folded
    if len(folded) > _MANY:  # comparing is slow: look only at those that begin or end alike, of about that length
        near = heapq.nsmallest(_FEW, folded, key=lambda c: (c[:3] != key[:3] and c[-3:] != key[-3:],
                                                            abs(len(c) - len(key)), c))
    close = difflib.get_close_matches(key, near, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def visible(text: str) -> str:
    """Text with control, bidirectional and other invisible format characters spelled out, safe for any terminal."""
    return "".join(
        c if c.isprintable() and unicodedata.category(c) != "Cf" else f"\\u{{{ord(c):x}}}" for c in text
    )


def width(text: str) -> int:
    """Columns that a terminal needs for the text; East Asian wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def render(diagnostic: Diagnostic) -> str:
    """The fault as text for people: the sentence, the place, the line with a caret, what was expected, the nearest."""
    d = diagnostic
    message = visible(d.message)
    if len(message) > _LONGEST_SENTENCE:
        message = message[:_LONGEST_SENTENCE] + " ..."
    lines = [f"{d.severity.value}[{d.code}]: {message}"]
    if d.place:
        lines.append(f"  --> {visible(str(d.place))}")
        if d.excerpt:
            number = str(d.place.line)
            start = max(0, d.place.column - 61)
            shown = d.excerpt[start : start + 110]
            before = visible(d.excerpt[start : d.place.column - 1].replace("\t", " "))
            marked = visible(d.excerpt[d.place.column - 1 : max(d.place.end - 1, d.place.column)][:60])
            lines.append(f"{number} | {visible(shown.replace(chr(9), ' '))}")
            lines.append(" " * (len(number) + 3 + width(before)) + "^" * max(1, width(marked)))
    if d.expected:
        lines.append(f"   = expected: {visible(d.expected)}")
    if d.nearest:
        lines.append(f"   = did you mean `{visible(d.nearest)}`?")
    return "\n".join(lines)


def as_json(diagnostics: Sequence[Diagnostic]) -> str:
    """All faults as one JSON document, ``{"diagnostics": [...]}``."""
    return json.dumps({"diagnostics": [d.as_dict() for d in diagnostics]}, ensure_ascii=False, indent=2)


def in_reading_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The faults sorted as a reader meets them, each once."""
    return tuple(sorted(set(diagnostics), key=lambda d: (d.place or Place("", 0, 0, 0), d.code, d.message)))
