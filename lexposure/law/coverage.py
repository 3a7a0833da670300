"""What the packs cover, counted: jurisdiction by topic, with the gaps named."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lexposure.law.model import Cases
from lexposure.law.packs import Law
from lexposure.reading.source import read
from lexposure.reading.typed import validate
from lexposure.vocabulary import Kind, labels, terms


@dataclass(frozen=True, slots=True)
class Coverage:
    """One jurisdiction's row. ``verified_share`` is the share of provisions whose own text was read."""

    code: str
    name: str
    instruments: int
    provisions: int
    cases: int
    oldest_checked: dt.date | None
    verified_share: float
    topics: Mapping[str, int]
    gaps: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "code": self.code, "name": self.name, "instruments": self.instruments, "provisions": self.provisions,
            "cases": self.cases, "oldest_checked": self.oldest_checked.isoformat() if self.oldest_checked else None,
            "verified_share": self.verified_share, "topics": dict(self.topics), "gaps": list(self.gaps),
        }


#: What counsel looks for in a jurisdiction first; a topic without a provision is a gap.
_LOOKED_FOR = ("notice", "basis", "sensitive", "monitoring", "ai_training", "automated_decisions", "transfers", "rights",
               "assessment", "security", "remedies")


def coverage(law: Law) -> tuple[Coverage, ...]:
    """A row for every jurisdiction that has a pack or a forum, in the order of their codes."""
    files = {name: (*paths, *law.family_cases.get(name, ())) for name, paths in law.cases.items()}
    sizes = {path: len(validate(Cases, read(path)).cases) for path in dict.fromkeys(p for ps in files.values() for p in ps)}
    cases = Counter({name: sum(sizes[p] for p in paths) for name, paths in files.items()})
    codes = sorted({r.instrument.jurisdiction for r in law.rules} | {code for code, _ in law.forums.values()})
    return tuple(_row(law, code, cases) for code in codes)


def _row(law: Law, code: str, cases: Counter[str]) -> Coverage:
    rules = [r for r in law.rules if r.instrument.jurisdiction == code]
    instruments = {r.instrument.id: r.instrument for r in rules}
    counted = Counter(t for r in rules for t in r.provision.topics)
    gaps = [text for i in instruments.values() for text in i.not_covered] + list(law.not_covered.get(code, ()))
    if not rules:
        gaps.insert(0, "no law of its own in the packs; only its authority is listed")
    missing = [t.replace("_", " ") for t in _LOOKED_FOR if not counted[t]]
    if rules and missing:
        gaps.append(f"no provision of its own on {', '.join(missing)}")
    return Coverage(
        code, terms(Kind.PLACE)[code].means, len(instruments), len(rules), sum(cases[i] for i in instruments),
        min((r.checked for r in rules), default=None),
        round(sum(r.confidence == "verified" for r in rules) / len(rules), 3) if rules else 0.0,
        {t: counted[t] for t in labels(Kind.TOPIC)}, tuple(gaps),
    )


def totals(rows: Sequence[Coverage]) -> dict[str, object]:
    """The sums over all jurisdictions."""
    provisions = sum(r.provisions for r in rows)
    oldest = min((r.oldest_checked for r in rows if r.oldest_checked), default=None)
    return {
        "jurisdictions": len(rows), "instruments": sum(r.instruments for r in rows),
        "provisions": provisions, "cases": sum(r.cases for r in rows),
        "oldest_checked": oldest.isoformat() if oldest else None,
        "verified_share": round(sum(r.verified_share * r.provisions for r in rows) / provisions, 3) if provisions else 0.0,
        "topics": {t: sum(r.topics[t] for r in rows) for t in labels(Kind.TOPIC)},
    }
