"""How figures, places and terms are written in a document."""

import datetime as dt
from decimal import Decimal
from functools import cache

from lexposure.exposure.assessment import Assessment, Figure, HeadNote, PracticeNote, Where
from lexposure.vocabulary import Kind, terms


def day(date: dt.date) -> str:
    """A date as counsel writes it: 2 June 2026."""
    from babel.dates import format_date

    return str(format_date(date, "d MMMM y", locale="en_GB"))


def plain(term: str) -> str:
    """A term of the vocabulary as words."""
    return term.replace("_", " ")


@cache
def place(code: str) -> str:
    """The name of a place."""
    known = terms(Kind.PLACE).get(code)
    return known.means if known else "place not known" if code == "unknown" else code


def money(value: Decimal | None, currency: str) -> str:
    """A sum, rounded to three significant figures above a million: EUR 7.11 billion."""
    if value is None:
        return "no figure"
    for size, word in ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million")):
        if value >= size:
            return f"{currency} {float(value / size):,.3g} {word}" if value < size * 1000 else f"{currency} {value:,.0f}"
    return f"{currency} {value:,.0f}"


def ceiling(head: HeadNote) -> str:
    """A head's ceiling with its range."""
    if head.likely is None or head.low is None or head.high is None:
        return "no figure"
    text = money(head.likely, head.currency)
    if head.low != head.high:
        text += f" ({money(head.low, head.currency)} to {money(head.high, head.currency)})"
    return text


def count(figure: Figure | None) -> str:
    """A headcount with its range and provenance."""
    if figure is None:
        return "not stated"
    span = f" ({figure.low:,.0f} to {figure.high:,.0f})" if figure.low != figure.high else ""
    return f"{figure.likely:,.0f}{span}, {figure.kind}"


def names(a: Assessment) -> dict[str, str]:
    """The names of everything in the model that a reader meets, by id."""
    found = {p.id: p.name for p in a.populations} | {s.id: s.name for s in a.systems}
    return found | {p.id: p.name for p in a.parties} | {u.id: u.name for u in a.uses}


def many(number: int, one: str, more: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else more or one + 's'}"


def listed(words: list[str] | tuple[str, ...], limit: int = 0) -> str:
    """Words as a list in a sentence: a, b and c."""
    shown = list(words)
    if limit and len(shown) > limit:
        shown = [*shown[:limit], f"{len(words) - limit} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def places(where: tuple[Where | None, ...], limit: int = 4) -> str:
    """Places in the client's model: lines by file, each file once."""
    lines: dict[str, list[int]] = {}
    for w in where:
        if w is not None and w.line not in lines.setdefault(w.file, []):
            lines[w.file].append(w.line)
    return "; ".join(
        f"{file}, line{'s' if len(found) > 1 else ''} {', '.join(str(n) for n in sorted(found)[:limit])}"
        + (f" and {len(found) - limit} more" if len(found) > limit else "") for file, found in lines.items()
    )


def numbers(found: list[int]) -> str:
    """Numbers in order, runs of them as ranges: 1–4, 7."""
    parts: list[tuple[int, int]] = []
    for n in sorted(found):
        if parts and n == parts[-1][1] + 1:
            parts[-1] = (parts[-1][0], n)
        else:
            parts.append((n, n))
    return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in parts)


_MEASURES = {
    "staff": "staff", "budget": "budget", "complaints": "complaints", "fines": "fines", "fines_total": "fines in all",
    "fine": "single fine", "fine_rate": "cases that end in a fine", "upheld_share": "complaints upheld",
    "fine_share_of_upheld": "upheld complaints with a fine", "months_to_decision": "months to a decision",
}


def practice(figure: PracticeNote) -> str:
    """A figure of a forum's practice in words, with its period, how it was come by and how well it is known."""
    share, sum_ = figure.unit.startswith("share"), len(figure.unit) == 3 and figure.unit.isupper()

    def shown(value: Decimal) -> str:
        if share:
            return f"{value * 100:.2f}".rstrip("0").rstrip(".") + " %"
        return f"{figure.unit} {value:,.0f}" if sum_ else f"{value:,f}"

    said = shown(figure.value) if figure.value is not None else ""
    if figure.median is not None:
        said = f"median {shown(figure.median)}"
        if figure.q25 is not None and figure.q75 is not None:
            said += f", the middle half from {shown(figure.q25)} to {shown(figure.q75)}"
    about = [figure.period, *([f"{figure.n:,f} cases"] if figure.n else []),
             *([figure.basis] if figure.basis != "reported" else []), figure.confidence]
    note = f"; {figure.note.rstrip('. ')}" if figure.note else ""
    return f"{_MEASURES[figure.measure]}: {said} ({', '.join(about)}{note})"
