"""The analysis by jurisdiction: findings that read alike are told once, with their element table and their path."""

from collections.abc import Iterator
from dataclasses import dataclass

from lexposure.exposure.assessment import Assessment, FindingNote, Leaf, ProvisionNote, Row
from lexposure.memo import wording as w
from lexposure.memo.document import (
    Block,
    Emphasis,
    Faint,
    Heading,
    Mark,
    PageBreak,
    Paragraph,
    Run,
    Strong,
    Table,
    Text,
)

_ORDER = {"breach": 0, "arguable": 1, "unknown": 2}
_WORDS = {"breach": "Breach", "arguable": "Arguable", "unknown": "Open: depends on facts not stated"}
_LEAVES = 6
_HEAD = ("What must be so", "Facts", "In the model", "Outcome")
_WIDTHS = (36, 38, 15, 11)


def analysis(a: Assessment) -> Iterator[Block]:
    """Each jurisdiction: what is breached or arguable with its element table, then what is open and on what it turns."""
    if not a.findings:
        return
    provisions = {p.id: p for p in a.provisions}
    yield Heading("Analysis")
    ways = untested_ways(a)
    for code in _jurisdictions(a):
        yield Heading(w.place(code), 2)
        for way in ways:
            if way.jurisdiction == code:
                yield Paragraph((
                    Strong(f"Whether the {way.instrument} applies at all is untested. "), f"{way.text} ({way.cite}): "
                    f"{w.listed([w.names(a)[p] for p in way.people], 6)}. ", Emphasis("For: "), f"{way.authority}. ",
                    Emphasis("Against: "), f"{way.contrary}.",
                ), "callout")
        here = [f for f in a.findings if provisions[f.provision].jurisdiction == code]
        yield from _why_it_applies(a, here)
        fired = [f for f in here if f.status != "unknown"]
        for name in sorted(dict.fromkeys(f.provision for f in fired),
                           key=lambda p: min(_ORDER[f.status] for f in fired if f.provision == p)):
            yield from _provision(a, provisions[name], [f for f in fired if f.provision == name])
        open_ = [f for f in here if f.status == "unknown"]
        if open_:
            yield Paragraph((Strong("Open. "), "These turn on facts that nobody has stated; annex A has their tables."))
            yield Table(("Provision", "Whom it concerns", "Turns on"), tuple(
                _open_row(a, provisions[name], [f for f in open_ if f.provision == name])
                for name in dict.fromkeys(f.provision for f in open_)), (34, 26, 40))


def _why_it_applies(a: Assessment, findings: list[FindingNote]) -> Iterator[Block]:
    """The settled ways in which the instruments of a jurisdiction apply, once for all that rests on them."""
    provisions = {p.id: p for p in a.provisions}
    names = w.names(a)
    ways: dict[tuple[str, str], tuple[Row, dict[str, None]]] = {}
    for f in findings:
        for row in f.rows:
            if _settled(row):
                found = ways.setdefault((provisions[f.provision].instrument_short, row.id), (row, {}))
                found[1].update(dict.fromkeys(f.populations))
    if ways:
        yield Table(("Why it applies", "Facts", "In the model", "To whom"), tuple(
            ((row.text, Faint(f" ({row.cite} {short})")), _facts(row.leaves),
             w.places(tuple(x for leaf in row.leaves for x in leaf.where)), w.listed([names[p] for p in people], 6))
            for (short, _), (row, people) in ways.items()), (36, 30, 14, 20))


def _settled(row: Row) -> bool:
    """A way in which the law applies that is met on a settled reading."""
    return row.part == "applies" and row.outcome == "met" and row.reading is not None and row.reading.certainty == "settled"


@dataclass(frozen=True, slots=True)
class UntestedWay:
    """A way in which an instrument comes to apply that is not settled, with both readings and whom it concerns."""

    id: str
    jurisdiction: str
    instrument: str
    text: str
    cite: str
    authority: str
    contrary: str
    people: tuple[str, ...]
    path: tuple[str, ...]


def untested_ways(a: Assessment) -> tuple[UntestedWay, ...]:
    """The ways that findings rest on alone though they are not settled; what only adds to a settled way is left out."""
    provisions = {p.id: p for p in a.provisions}
    found: dict[tuple[str, str], UntestedWay] = {}
    for f in a.findings:
        met = [r for r in f.rows if r.part == "applies" and r.outcome == "met" and r.reading is not None]
        p = provisions[f.provision]
        if not met or f.status == "unknown" or any(r.reading and r.reading.certainty == "settled" for r in met):
            continue
        row, reading = met[0], met[0].reading
        if reading is None:
            continue
        key = (p.instrument, row.id)
        before = found[key].people if key in found else ()
        found[key] = UntestedWay(
            row.id, p.jurisdiction, p.instrument_short, row.text, row.cite,
            reading.authority.rstrip(". "), (reading.contrary or reading.weak_when).rstrip(". "),
            tuple(dict.fromkeys((*before, *f.populations))), found[key].path if key in found else f.path,
        )
    return tuple(found.values())


def open_findings(a: Assessment) -> Iterator[Block]:
    """The element tables of what is open."""
    open_ = [f for f in a.findings if f.status == "unknown"]
    if not open_:
        return
    provisions = {p.id: p for p in a.provisions}
    yield PageBreak()
    yield Heading("Annex A: open provisions, element by element")
    for code in _jurisdictions(a):
        here = [f for f in open_ if provisions[f.provision].jurisdiction == code]
        if here:
            yield Heading(w.place(code), 2)
        for name in dict.fromkeys(f.provision for f in here):
            yield from _provision(a, provisions[name], [f for f in here if f.provision == name])


def _jurisdictions(a: Assessment) -> list[str]:
    by_id = {p.id: p.jurisdiction for p in a.provisions}
    return list(dict.fromkeys(by_id[f.provision] for f in a.findings))


def _open_row(a: Assessment, p: ProvisionNote, findings: list[FindingNote]) -> tuple[Text, ...]:
    names = {x.id: x.name for x in a.populations}
    people = dict.fromkeys(x for f in findings for x in f.populations)
    asked = dict.fromkeys(
        leaf.asked for f in findings for row in f.rows if row.outcome == "unknown" and _shown(row, f)
        for leaf in row.leaves if leaf.outcome == "unknown"
    )
    return ((Strong(p.cite), f" {p.heading}"), w.listed([names[x] for x in people], 4), w.listed(list(asked), 5))


def _provision(a: Assessment, p: ProvisionNote, findings: list[FindingNote]) -> Iterator[Block]:
    """A provision with its reading, then each group of findings; what is open is set smaller."""
    yield Heading(f"{p.cite}: {p.heading}", 3)
    kind = "body" if findings[0].status != "unknown" else "small"
    weak: tuple[Run, ...] = (" ", *_reading(p)) if p.certainty != "settled" or p.weak_when else ()
    yield Paragraph((p.text.strip(), Faint(f" Checked {p.checked} ({p.confidence})."), *weak), kind)
    for group in _alike(findings):
        yield from _group(a, group)


def _reading(p: ProvisionNote) -> tuple[Run, ...]:
    parts: list[Run] = [Strong("Reading: "), f"{p.certainty}."]
    for label, text in (("Authority: ", p.authority), ("Weak when: ", p.weak_when), ("Against: ", p.contrary)):
        if text:
            parts += [" ", Emphasis(label), text.rstrip(". ") + "."]
    return tuple(parts)


def _alike(findings: list[FindingNote]) -> list[list[FindingNote]]:
    """Findings of one provision whose rows come out the same, worst first."""
    groups: dict[object, list[FindingNote]] = {}
    for f in findings:
        key = (f.status, f.controller, f.incident, tuple((r.part, r.id, r.outcome) for r in f.rows))
        groups.setdefault(key, []).append(f)
    return sorted(groups.values(), key=lambda g: _ORDER[g[0].status])


def _group(a: Assessment, group: list[FindingNote]) -> Iterator[Block]:
    first = group[0]
    people = {p.id: p.name for p in a.populations}
    parties = {p.id: p.name for p in a.parties}
    uses = {u.id: u.name for u in a.uses}
    concerned = list(dict.fromkeys(p for f in group for p in f.populations))
    intro: tuple[Run, ...] = (
        Mark(_WORDS[first.status], first.status), f". {parties[first.controller]}; ",
        f"{w.listed([uses[u] for u in first.uses])}; ", w.listed([people[p] for p in concerned], 6), ". ",
        Faint(f"Finding {first.id}" + (f" and {len(group) - 1} alike" if len(group) > 1 else "") + "."),
    )
    way = _way(a, first)
    if first.status == "unknown":
        met = [r.text.strip().rstrip(".") for r in first.rows if r.part == "element" and r.outcome == "met"]
        settled: tuple[Run, ...] = (" ", Strong("Met already: "), f"{'; '.join(met)}.") if met else ()
        yield Paragraph((*intro, *settled, " ", *way), "small")
        yield Table(_HEAD, tuple(_row(r) for r in _gaps(first)), _WIDTHS)
        return
    yield Paragraph(intro)
    yield Table(_HEAD, tuple(_row(r) for r in first.rows if _shown(r, first)), _WIDTHS)
    if way:
        yield Paragraph(way, "small")
    if first.displaced_by:
        yield Paragraph(_displaced(a, first), "small")
    if first.rests_on_claims:
        yield Paragraph(f"Rests on measures that are only claimed: {w.listed([w.plain(c) for c in first.rests_on_claims])}.",
                        "small")


_RELATIONS = {"absorbed_by": "it is absorbed by", "consequence_of": "it follows from",
              "special_case_of": "it gives way to the more specific"}


def _displaced(a: Assessment, finding: FindingNote) -> str:
    """Why a finding adds nothing of its own to a sum."""
    provisions = {p.id: p.cite for p in a.provisions}
    by_id = {f.id: f.provision for f in a.findings}
    ways: dict[str, dict[str, None]] = {}
    for d in finding.displaced_by:
        ways.setdefault(_RELATIONS[d.relation], {})[provisions[by_id[d.finding]]] = None
    told = "; ".join(f"{way} {w.listed(list(cites), 4)}" for way, cites in ways.items())
    return f"Reported, and not counted as a wrong of its own: {told}."


def _way(a: Assessment, finding: FindingNote) -> tuple[Run, ...]:
    """The path, and where a missing safeguard matters a path without it."""
    if not finding.path:
        return ()
    parts: list[Run] = [Strong("Path: "), steps(a, finding.path)]
    for bare in finding.bare:
        if bare.path != finding.path:
            parts += [". ", Strong(f"Without {w.plain(bare.safeguard)}: "), steps(a, bare.path)]
    return (*parts, ".")


def _gaps(finding: FindingNote) -> list[Row]:
    """What is open in an open finding, row by row; the ways in which the law may apply share one."""
    rows = [r for r in finding.rows if r.part != "applies" and r.outcome == "unknown"]
    ways = [r for r in finding.rows if r.part == "applies" and _shown(r, finding) and r.outcome == "unknown"]
    if ways:
        leaves = dict.fromkeys(leaf for r in ways for leaf in r.leaves)
        rows.insert(0, ways[0].model_copy(update={
            "text": "in one of the ways open to it", "cite": w.listed(list(dict.fromkeys(r.cite for r in ways))),
            "leaves": tuple(leaves)}))
    return rows


def _shown(row: Row, finding: FindingNote) -> bool:
    """A way of applying that fails says nothing where another holds; a settled one is told once for all."""
    if row.part != "applies":
        return True
    if _settled(row):
        return False
    met = any(r.outcome == "met" for r in finding.rows if r.part == "applies")
    return row.outcome == "met" if met else row.outcome == "unknown"


def _row(row: Row) -> tuple[Text, ...]:
    shown = row.to_be_shown and row.outcome == "unknown"
    label = "Exception, for the controller to show: " if shown else {
        "applies": "Law applies: ", "exception": "Exception: "}.get(row.part, "")
    cite = [Faint(f" ({row.cite})")] if row.cite else []
    text: tuple[Run, ...] = (*([Emphasis(label)] if label else []), row.text, *cite, *_tallies(row))
    where = tuple(x for leaf in row.leaves for x in leaf.where)
    tone = row.outcome if row.part != "exception" else {"met": "not met", "not met": "met"}.get(row.outcome, "unknown")
    facts = "see there" if row.part == "presupposed" else _facts(row.leaves)
    return text, facts, w.places(where), Mark(row.outcome, tone)


def _tallies(row: Row) -> Iterator[Run]:
    """The criteria that a row counts, each with its outcome."""
    for tally in row.tallies:
        met = sum(c.outcome == "met" for c in tally.criteria)
        yield f"\n{met} of {len(tally.criteria)} criteria met, {tally.needed} needed:"
        for c in tally.criteria:
            yield f"\n· {c.text}: "
            yield Mark("open" if c.outcome == "unknown" else c.outcome, c.outcome)


def _facts(leaves: tuple[Leaf, ...]) -> Text:
    """What was found, fact by fact; then what nobody has stated, together."""
    stated = [leaf for leaf in leaves if leaf.found != "not stated"]
    silent = list(dict.fromkeys(leaf.asked for leaf in leaves if leaf.found == "not stated"))
    facts: list[Run] = []
    for leaf in stated[:_LEAVES]:
        facts += ["\n"] if facts else []
        facts += [f"{leaf.asked}: {leaf.found}", *([Faint(" (claimed only)")] if leaf.claimed else [])]
    if len(stated) > _LEAVES:
        facts.append(Faint(f"\nand {len(stated) - _LEAVES} more"))
    if silent:
        facts += [*(["\n"] if facts else []), Mark("not stated: ", "unknown"), w.listed(silent, 8)]
    return tuple(facts) or "always"


def steps(a: Assessment, path: tuple[str, ...]) -> str:
    """A path in words: who, through which systems."""
    flows = {f.id: f for f in a.flows}
    names = w.names(a)
    numbers = " → ".join(f"{names[flows[f].target]} ({flows[f].number})" for f in path)
    return f"{names[flows[path[0]].origin]} → {numbers}"
