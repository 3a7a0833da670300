"""The risk memo: an Assessment as a document that a lawyer would sign. Nothing is computed here."""

from collections.abc import Iterator
from dataclasses import dataclass

from lexposure.exposure.assessment import (
    Assessment,
    FlowNote,
    ForumNote,
    GroupNote,
    HeadNote,
    ProvisionNote,
    QuestionNote,
)
from lexposure.memo import wording as w
from lexposure.memo.analysis import analysis, open_findings, steps, untested_ways
from lexposure.memo.document import (
    Block,
    Bullets,
    Document,
    Faint,
    Heading,
    Mark,
    PageBreak,
    Paragraph,
    Picture,
    Run,
    Signatures,
    Strong,
    Table,
    Text,
)
from lexposure.memo.loss_section import brief, loss_section, priors_annex
from lexposure.memo.map import program_map

PRIVILEGE = "Privileged and confidential"
_GRAVITY = {"breach": 0, "arguable": 1, "unknown": 2, "clear": 3}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the header block says; ``privileged`` prints the legend (a tool cannot create privilege)."""

    to: str = ""
    author: str = ""
    privileged: bool = False


def risk_memo(assessment: Assessment, letterhead: Letterhead) -> Document:
    """The memo of an assessment."""
    a = assessment
    date = w.day(a.as_of)
    header: list[tuple[str, Text]] = [
        ("To", letterhead.to or a.client or "[to be completed]"),
        ("From", letterhead.author or "[to be completed]"),
        ("Date", f"Facts and law as of {date}" + (f"; phase “{_phase(a)}”" if a.phase else "")),
        ("Re", (Strong(a.name), ": regulatory exposure")),
    ]
    blocks = (
        *_question(a), *_brief_answer(a), *_facts(a), *_exposure(a), *loss_section(a), *analysis(a), *_map(a),
        *_open_questions(a), *_changes(a), *_limits(a),
        Heading("Sign-off"), Signatures(("Prepared by", "Reviewed by", "Approved by")),
        *open_findings(a), *_silent(a), *_authorities(a), *_reproducibility(a), *priors_annex(a),
    )
    return Document(
        title="Memorandum", subject=f"Regulatory exposure of {a.name}", author=letterhead.author or "lexposure",
        legend=PRIVILEGE if letterhead.privileged else "", header=tuple(header),
        running=f"{a.name}: regulatory exposure", date=f"As of {date} · {a.made.inputs[0][1][:8]}", blocks=blocks,
    )


def _phase(a: Assessment) -> str:
    return next((p.name or p.id for p in a.phases if p.id == a.phase), a.phase or "")


def _question(a: Assessment) -> Iterator[Block]:
    yield Heading("Question presented")
    yield Paragraph(a.question or (
        f"Which duties of data-protection law does {a.name} engage on the facts stated as of {w.day(a.as_of)}, which of "
        "them are breached, arguable or open, what is the most that the law allows for each, and what must be asked "
        "before more can be said?"
    ))
    if a.hypothetical:
        yield Paragraph((Strong("This program is hypothetical. "), "It models what would follow if it were run."),
                        "callout")


# -- brief answer --------------------------------------------------------------------------------------------------------


def _brief_answer(a: Assessment) -> Iterator[Block]:
    yield Heading("Brief answer")
    by_status = {s: {f.provision for f in a.findings if f.status == s} for s in ("breach", "arguable", "unknown")}
    breach, arguable, unknown = (len(by_status[s]) for s in ("breach", "arguable", "unknown"))
    if not a.findings:
        yield Paragraph("No provision in the packs is met or open on the facts stated.")
    else:
        yield Paragraph((
            "On the facts stated, ", Mark(w.many(breach, "provision") if breach else "no provision", "breach"),
            " is breached, " if breach <= 1 else " are breached, ",
            Mark(w.many(arguable, "provision") if arguable else "none", "arguable"), " arguable, and ",
            Mark(w.many(unknown, "provision") if unknown else "none", "unknown"),
            " depend on facts that nobody has stated. “Breached” means that every element is met on a settled "
            "reading; “arguable”, that it is met on a reading that could be contested, or "
            "unless an exception is shown that is for the controller to show.",
        ))
        for way in untested_ways(a):
            yield Paragraph((
                Strong(f"An untested way into the {way.instrument}. "), f"{way.text} ({way.cite}). It concerns "
                f"{w.listed([w.names(a)[p] for p in way.people], 3)}: {steps(a, way.path)}. Both readings are in the "
                "analysis; every finding that rests on it is at most arguable.",
            ))
        yield Bullets(tuple(_by_jurisdiction(a)))
    top = _weightiest(a)
    if top:
        yield Table(("Before whom", "For what", "Status", "Ceiling"), tuple(_exposure_row(a, h) for h in top),
                    (27, 37, 9, 27))
        yield Paragraph("A ceiling is the most that the law allows, not what is to be expected; ceilings before different "
                        "forums are not added up. Sums that need more than the breach itself (intent, say) are in the "
                        "full table.", "small")
    yield from brief(a)
    # What moves the expected loss most comes first; where nothing is priced, what moves the ceilings.
    first = [u.text for u in (a.losses.unknowns if a.losses else ())[:3]] or [q.text for q in a.questions[:3]]
    if first:
        yield Paragraph((Strong("Ask first: "), " ".join(first)))


def _by_jurisdiction(a: Assessment) -> Iterator[Text]:
    """What is breached or arguable, jurisdiction by jurisdiction; where everything is open, one line for all of them."""
    provisions = {p.id: p for p in a.provisions}
    only_open: list[str] = []
    for code in dict.fromkeys(provisions[f.provision].jurisdiction for f in a.findings):
        parts: list[tuple[Run, ...]] = []
        here = {s: [provisions[p] for p in dict.fromkeys(f.provision for f in a.findings if f.status == s)
                    if provisions[p].jurisdiction == code] for s in ("breach", "arguable", "unknown")}
        if not here["breach"] and not here["arguable"]:
            only_open.append(f"{w.place(code)} ({len(here['unknown'])})")
            continue
        for status in ("breach", "arguable"):
            if here[status]:
                named = [f"{p.heading.lower()} ({p.cite})" for p in here[status]]
                parts.append((Mark(status, status), f": {w.listed(named, 3)}"))
        if here["unknown"]:
            parts.append((Mark("open", "unknown"), f": {w.listed([p.heading.lower() for p in here['unknown']], 2)}"))
        joined: list[Run] = [Strong(f"{w.place(code)}. ")]
        for i, part in enumerate(parts):
            joined += ["; "] if i else []
            joined += part
        yield (*joined, ".")
    if only_open:
        yield Strong("Open only"), f", with the number of provisions: {w.listed(only_open)}."


# -- facts ---------------------------------------------------------------------------------------------------------------


def _facts(a: Assessment) -> Iterator[Block]:
    names = w.names(a)
    yield Heading("Facts relied on")
    if a.summary:
        yield Paragraph(a.summary)
    yield Paragraph("Every fact below stands in the client's model at the place shown. Estimates, claims and disputes are "
                    "marked as such; what is not stated is treated as unknown, never as absent.")
    if a.phases:
        yield Heading("Phases", 2)
        yield Table(("Phase", "Dates", "What it is", "Applied here"), tuple(
            (p.name or p.id, f"{w.day(p.start)} to {w.day(p.end) if p.end else 'open'}", p.note,
             "yes" if p.applied else "no") for p in a.phases), (20, 27, 41, 12))
    yield Heading("Parties", 2)
    groups = {g.id: g for g in a.groups}
    yield Table(("Party", "Role", "Seat", "Undertaking and turnover", "Model"), tuple(
        (p.name, w.plain(p.role), w.place(p.seat), _turnover(groups.get(p.group or "")), w.places((p.where,)))
        for p in a.parties), (28, 15, 17, 25, 15))
    yield Heading("People", 2)
    yield Table(("Population", "Kind and place", "Headcount", "Source or basis", "Model"), tuple(
        (p.name, f"{w.plain(p.kind)}, {w.place(p.place)}", w.count(p.count),
         "; ".join(x for x in (", ".join(p.source), (p.count.source or "") if p.count else "",
                               p.count.note if p.count else "", p.note) if x), w.places((p.where,)))
        for p in a.populations), (22, 20, 20, 25, 13))
    yield Heading("Flows of data", 2)
    yield Table(("No.", "From and to", "Data", "Character", "Model"), tuple(_flow_rows(a)), (8, 31, 33, 14, 14))
    if a.measures:
        yield Heading("Safeguards, notices, choices and other facts", 2)
        yield Table(("What", "Where it stands", "State", "Evidence", "Model"), tuple(
            (w.plain(m.kind), names.get(m.on, m.on), _state(m.state),
             "; ".join(x for x in (m.evidence, m.note, ", ".join(m.source)) if x), w.places((m.where,)))
            for m in a.measures), (20, 24, 12, 30, 14))
    if a.incidents:
        yield Heading("Incidents", 2)
        yield Table(("Incident", "Discovered", "What and where", "Note", "Model"), tuple(
            (i.name, w.day(i.discovered), f"{w.plain(i.kind)}, {i.audience}; at {w.listed([names[s] for s in i.at])}",
             "; ".join(x for x in (i.note, ", ".join(i.source)) if x), w.places((i.where,))) for i in a.incidents),
            (20, 14, 24, 28, 14))
    if a.sources:
        yield Heading("Sources of the facts", 2)
        yield Table(("Source", "Title", "Date", "Confidence"), tuple(
            (s.id, "; ".join(x for x in (s.title, s.url, s.note) if x), w.day(s.date) if s.date else "",
             s.confidence or "") for s in a.sources), (10, 62, 16, 12))


def _flow_rows(a: Assessment) -> Iterator[tuple[Text, ...]]:
    """The flows; those that differ only in whom they start from share a row."""
    names = w.names(a)
    groups: dict[object, list[FlowNote]] = {}
    for f in a.flows:
        groups.setdefault((f.target, f.data, f.may_carry, f.incidental, f.intended, f.occurs, f.crosses), []).append(f)
    for group in groups.values():
        first = group[0]
        origins = w.listed([names[f.origin] for f in group])
        yield (w.numbers([f.number for f in group]), f"{origins} → {names[first.target]}",
               _data(first.data, first.may_carry),
               _character(first.incidental, first.intended, first.occurs, first.crosses),
               w.places(tuple(f.where for f in group)))


def _turnover(group: GroupNote | None) -> str:
    if group is None:
        return "not stated"
    if group.turnover is None:
        return f"{group.name}; turnover not stated"
    return f"{group.name}: {w.money(group.turnover.likely, group.currency)} in {group.year} ({group.turnover.kind})"


def _data(data: tuple[str, ...], may: tuple[str, ...]) -> Text:
    sure = ", ".join(w.plain(d) for d in data) or ("" if may else "all that has reached it")
    return (sure, Faint(f"{'; ' if sure else ''}possibly {', '.join(w.plain(d) for d in may)}")) if may else sure


def _character(incidental: bool | None, intended: bool | None, occurs: bool | None, crosses: bool) -> Text:
    words = [
        *(["captured because somebody else is"] if incidental else []), *(["not intended"] if intended is False else []),
        *(["does not occur"] if occurs is False else ["not known to occur"] if occurs is None else []),
        *(["crosses a border"] if crosses else []),
    ]
    return "; ".join(words)


def _state(state: str) -> Text:
    return Mark(state, "arguable") if state in ("claimed", "disputed") else (
        Mark(state, "breach") if state == "failed" else state)


# -- exposure ------------------------------------------------------------------------------------------------------------


def _ranked(a: Assessment) -> list[HeadNote]:
    """Heads with a figure first by status, then by ceiling."""
    return sorted(a.heads, key=lambda h: (_GRAVITY[h.status], h.likely is None, bool(h.needs), -(h.likely or 0), h.id))


def _weightiest(a: Assessment, most: int = 5) -> list[HeadNote]:
    """The heads that page one shows: with a figure, without further conditions, each set of findings once."""
    found: dict[object, HeadNote] = {}
    for h in _ranked(a):
        if h.likely is not None and not h.needs and h.counted:
            found.setdefault((h.controller, h.findings), h)
    return list(found.values())[:most]


def _exposure_row(a: Assessment, h: HeadNote) -> tuple[Text, ...]:
    return _forum(a, h), _what(a, h), _status(h), w.ceiling(h)


def _status(h: HeadNote) -> Mark:
    return Mark("open" if h.status == "unknown" else h.status, h.status)


def _alike(heads: list[HeadNote]) -> list[list[HeadNote]]:
    """Heads that differ only in the provision they answer, told together; each ceiling is for each of them."""
    groups: dict[object, list[HeadNote]] = {}
    for h in heads:
        key = (h.forum, h.others, h.kind, h.label, h.controller, h.status, h.arithmetic, h.needs, h.limitation)
        groups.setdefault(key, []).append(h)
    return list(groups.values())


def _forum(a: Assessment, h: HeadNote) -> Text:
    forums = {f.id: f for f in a.forums}
    if h.forum is None or h.forum not in forums:
        return "competent authority (none listed for the place)"
    name = forums[h.forum].english or forums[h.forum].name
    return name if not h.others else (name, Faint(f"; also concerned: {w.many(len(h.others), 'authority', 'authorities')}"))


def _what(a: Assessment, *heads: HeadNote) -> str:
    provisions: dict[str, ProvisionNote] = {p.id: p for p in a.provisions}
    findings = {f.id: f for f in a.findings}
    named = [findings[f] for h in heads for f in h.findings]
    cites = list(dict.fromkeys(provisions[f.provision].cite for f in named if f.status == heads[0].status))
    rest = {f.provision for f in named} - {f.provision for f in named if f.status == heads[0].status}
    label = f"{w.plain(heads[0].kind)}{f' ({heads[0].label})' if heads[0].label else ''}"
    each = " (for each of)" if len(heads) > 1 else ""
    return f"{label[0].upper()}{label[1:]}{each}: {w.listed(cites, 12 if len(heads) > 1 else 5)}" + (
        f"; {len(rest)} more that are open or less grave" if rest else "")


def _exposure(a: Assessment) -> Iterator[Block]:
    if not a.heads:
        return
    yield Heading("Exposure: statutory ceilings")
    once = list(dict.fromkeys(h.one_conduct for h in a.heads if h.one_conduct))
    yield Paragraph(
        "What each forum can do at most, with its arithmetic; what is to be expected stands in the next section." + (
            f" Where one conduct breaches several provisions, the ceiling of the gravest counts once ({w.listed(once)})."
            if once else ""))
    priced = [h for h in _ranked(a) if h.likely is not None]
    rows = tuple(
        (_forum(a, group[0]), _what(a, *group), _status(group[0]), _arithmetic(group[0])) for group in _alike(priced)
    )
    if rows:
        yield Table(("Before whom", "For what", "Status", "Ceiling and arithmetic"), rows, (20, 27, 9, 44))
    for method in a.methods:
        started = [h for h in priced if h.starting and h.method == method.id]
        yield Heading("Starting ranges by a published method", 2)
        yield Paragraph((f"{method.title}. {method.note} The level of seriousness is for counsel to judge.",
                         Faint(f" Checked {method.checked} ({method.confidence}).")))
        levels = tuple(s.level.capitalize() for s in started[0].starting)
        yield Table(("Before whom", "Controller", *levels), tuple(
            (_forum(a, h), h.controller, *(f"{w.money(s.low, h.currency)} to {w.money(s.high, h.currency)}"
                                           for s in h.starting)) for h in started),
            (22, 14, *[64 / len(levels)] * len(levels)))
    unpriced = [h for h in _ranked(a) if h.likely is None]
    if unpriced:
        yield Heading("Remedies without a figure", 2)
        yield Table(("Before whom", "For what", "Status", "Note"), tuple(_unpriced_rows(a, unpriced)), (22, 42, 9, 27))
    if a.rates:
        yield Paragraph("Exchange rates: " + "; ".join(
            f"{r.origin} 1 = {r.target} {float(r.rate):.4f} on {r.date} ({r.confidence}; {r.source})" for r in a.rates),
            "small")


def _unpriced_rows(a: Assessment, heads: list[HeadNote]) -> Iterator[tuple[Text, ...]]:
    """Orders and claims without a sum: a row for each forum and kind, or for all courts that can do the same."""
    groups: dict[object, list[HeadNote]] = {}
    for h in heads:
        before = h.kind if h.private else h.forum
        groups.setdefault((before, h.kind, h.controller, h.status, h.arithmetic, h.note, h.limitation), []).append(h)
    for group in groups.values():
        first = group[0]
        by_label: dict[str, list[HeadNote]] = {}
        for h in group:
            by_label.setdefault(h.label, []).append(h)
        what: list[Run] = []
        for label, alike in by_label.items():
            what += ["\n"] if what else []
            what.append(_what(a, *alike) if not label else f"{label[0].upper()}{label[1:]}: {_cites(a, alike)}")
        forums = {h.forum: h for h in group}
        names = [_forum(a, h) for h in forums.values()]
        before_whom: Text = names[0] if len(names) == 1 else w.listed([_plain_forum(a, h) for h in forums.values()], 4)
        yield (before_whom, (Strong(w.plain(first.kind).capitalize() + ". "), *what) if any(by_label) else tuple(what),
               _status(first), "; ".join(x for x in (*first.arithmetic, first.note,
                                                     first.limitation and f"limitation: {first.limitation}") if x))


def _plain_forum(a: Assessment, h: HeadNote) -> str:
    return next((f.english or f.name for f in a.forums if f.id == h.forum), "competent authority")


def _cites(a: Assessment, heads: list[HeadNote]) -> str:
    """The provisions that heads answer, those of the heads' own status first."""
    provisions = {p.id: p.cite for p in a.provisions}
    findings = {f.id: f for f in a.findings}
    named = dict.fromkeys(provisions[findings[f].provision] for h in heads for f in h.findings
                          if findings[f].status == h.status)
    return w.listed(list(named), 8)


def _arithmetic(h: HeadNote) -> Text:
    notes = [*h.arithmetic]
    if len(h.counted) < len(h.findings):
        notes.append(f"{len(h.counted)} of {w.many(len(h.findings), 'finding')} counted as a wrong of its own; the analysis "
                     "says what takes the place of the others")
    if h.realised:
        r = h.realised
        notes.append(f"what such claims have come to, apart from the ceiling: {w.money(r.low, h.currency)} to "
                     f"{w.money(r.high, h.currency)}, likely {w.money(r.likely, h.currency)}, at {r.per_low:,f} to "
                     f"{r.per_high:,f} a head ({r.basis.rstrip('. ')}; {r.confidence})")
    if h.needs:
        notes.append(f"needs also: {h.needs}")
    if h.count_settled is False:
        notes.append("how units are counted is not settled")
    notes += [x for x in (h.note, h.limitation and f"limitation: {h.limitation}", h.cure and f"cure: {h.cure}",
                          "fee shifting" if h.fee_shifting else "") if x]
    return (Strong(w.ceiling(h)), Faint("\n" + "\n".join(notes)))


# -- what is left --------------------------------------------------------------------------------------------------------


def _map(a: Assessment) -> Iterator[Block]:
    yield Picture("Data-flow map", program_map(a), (
        "Data flows by jurisdiction. The numbers are those of the table of flows in the facts relied on; a line that leaves "
        "a band crosses a border."
    ))



def _open_questions(a: Assessment) -> Iterator[Block]:
    if not a.questions:
        return
    yield Heading("Open questions")
    yield Paragraph("Facts that nobody has stated and that findings depend on, the weightiest first: by the sum of the "
                    "ceilings that the better answer alone would take away, then by how many findings hang on them.")
    yield Table(("", "Question", "About", "Findings", "Better answer takes away"), tuple(
        _question_row(a, i, q) for i, q in enumerate(a.questions, 1)), (4, 46, 24, 9, 17), (3, 4))


def _question_row(a: Assessment, number: int, q: QuestionNote) -> tuple[Text, ...]:
    names = {p.id: p.name for p in a.populations}
    return (str(number), (q.text, Faint(f" State it at: {q.where}.")),
            w.listed([names[p] for p in q.populations], 3),
            str(len(q.findings)) if q.findings else f"opens {w.many(q.opens, 'provision')}",
            w.money(q.moves, q.currency) if q.moves else "none alone")


def _changes(a: Assessment) -> Iterator[Block]:
    """The law that is still to come, as far as it would bear on the program as it stands."""
    if not a.changes:
        return
    yield Heading("Changes ahead")
    names = w.names(a)
    bearing = [c for c in a.changes if c.status not in ("clear", "procedure")]
    procedure = [c for c in a.changes if c.status == "procedure"]
    yield Paragraph(f"The packs know of {w.many(len(a.changes) - len(procedure), 'change')} to the law after "
                    f"{w.day(a.as_of)}; "
                    + ("none bears" if not bearing else f"{len(bearing)} of them would bear")
                    + " on the program as it stands today. Each is judged on today's facts and the law of its day.")
    if bearing:
        yield Table(("From", "Provision", "What changes", "Would be", "Whom it concerns"), tuple(
            (w.day(c.day), ((Strong(c.cite), f" {c.heading}", Faint(f" ({c.confidence})"))),
             "; ".join(x for x in (c.what, c.note) if x), Mark("open" if c.status == "unknown" else c.status, c.status),
             w.listed([names[p] for p in c.populations], 3)) for c in bearing), (13, 31, 24, 10, 22))
    if procedure:
        yield Paragraph("What changes in the procedure before the forums:")
        yield Table(("From", "Forum", "What changes", "Provision"), tuple(
            (w.day(c.day), c.heading, c.what, (c.cite, Faint(f" ({c.confidence})"))) for c in procedure), (13, 20, 47, 20))


def _limits(a: Assessment) -> Iterator[Block]:
    yield Heading("Assumptions and limits")
    limits = a.limits
    points: list[Text] = ["The memo speaks of the law in the packs listed at its end, as of the date above, and of nothing "
                          "else. It is a draft for counsel's judgement and not legal advice."]
    points += limits.notes
    if limits.places_without_packs:
        points.append("No pack covers the law of: "
                      + w.listed([w.place(p) for p in limits.places_without_packs]) + ".")
    claims = dict.fromkeys(c for f in a.findings for c in f.rests_on_claims)
    if claims:
        points.append("Conclusions rest on measures that are only claimed: " + w.listed([w.plain(c) for c in claims])
                      + ".")
    disputed = [m.kind for m in a.measures if m.state == "disputed"]
    if disputed:
        points.append(f"Disputed, and treated as unknown: {w.listed([w.plain(d) for d in dict.fromkeys(disputed)])}.")
    yield Bullets(tuple(points))
    for title, items in (
        ("Estimated and placeholder figures", limits.placeholders), ("Left out of the packs", limits.not_covered),
        ("Provisions checked more than a year ago", limits.stale),
        ("Warnings on the model", a.warnings),
    ):
        if items:
            yield Heading(title, 2)
            yield Bullets(tuple(items))


def _silent(a: Assessment) -> Iterator[Block]:
    if not a.silent:
        return
    provisions = {p.id: p for p in a.provisions}
    yield PageBreak()
    yield Heading("Annex B: what did not fire, and why")
    everywhere = len(a.operations)
    # An instrument that does not reach the program, or only might if places were exact, is told in one line.
    outside = ("out of scope", "place not exact")
    reached = {provisions[f.provision].instrument for f in a.findings}
    reached |= {provisions[s.provision].instrument for s in a.silent if s.reason not in outside}
    elsewhere: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
    unasked: dict[str, list[str]] = {}
    rows: list[tuple[Text, ...]] = []
    names = w.names(a)
    for s in a.silent:
        p = provisions[s.provision]
        people = dict.fromkeys(o.split("/")[1] for o in s.operations)
        if p.instrument in reached and s.reason == "out of scope" and len(s.operations) == everywhere:
            unasked.setdefault(p.instrument_short, []).append(p.cite.removesuffix(p.instrument_short).strip())
        elif p.instrument in reached:
            rows.append((f"{p.cite}: {p.heading}", s.reason + (f": {s.clause_text}" if s.clause_text else ""),
                         "all operations" if len(s.operations) == everywhere else w.listed(list(people), 4)))
        else:
            asked, unplaced = elsewhere.setdefault((p.jurisdiction, p.instrument_title), ({}, {}))
            asked[s.provision] = None
            unplaced.update(people if s.reason == "place not exact" else {})
    if rows:
        yield Table(("Provision", "Why not", "For whom"), tuple(rows), (42, 34, 24))
    if unasked:
        yield Heading("Out of scope for all operations", 2)
        yield Table(("Instrument", "Provisions"), tuple((short, "; ".join(cites)) for short, cites in unasked.items()),
                    (20, 80))
    if elsewhere:
        yield Heading("Instruments that do not reach this program as it is stated", 2)
        head = ("Jurisdiction", "Instrument", "Provisions", "Would be asked if these people were placed exactly")
        yield Table(head, tuple(
            (w.place(code), title, str(len(asked)), w.listed([names[x] for x in unplaced], 4) if unplaced else "")
            for (code, title), (asked, unplaced) in elsewhere.items()), (18, 42, 11, 29))


def _authorities(a: Assessment) -> Iterator[Block]:
    used = {f.provision for f in a.findings}
    provisions = [p for p in a.provisions if p.id in used]
    if not provisions:
        return
    yield Heading("Annex C: table of authorities")
    yield Paragraph("Provisions that findings rest on, with the day on which each was last compared with its source and how "
                    "well: verified (the text was read), secondary (accounts of it), recalled (from memory), uncertain.")
    yield Table(("Provision", "Reading", "Checked", "Sources"), tuple(
        ((Strong(p.cite), f" {p.heading}"), p.certainty, f"{p.checked}, {p.confidence}",
         "; ".join(f"{s.title}{'' if s.opened else ' (not opened)' if s.opened is False else ''}"
                   for s in p.sources)) for p in provisions), (38, 10, 14, 38))
    if a.forums:
        yield Heading("Forums", 2)
        yield Table(("Forum", "Languages", "Powers and limits", "Practice"), tuple(_forum_row(f) for f in a.forums),
                    (22, 10, 34, 34))


def _forum_row(f: ForumNote) -> tuple[Text, ...]:
    name: tuple[Run, ...] = (Strong(f.name), *([Faint(f" ({f.english})")] if f.english and f.english != f.name else []),
            Faint(f"\n{w.plain(f.kind)}; {f.website + '; ' if f.website else ''}checked {f.checked}, {f.confidence}"))
    powers = [x for x in (*f.powers, f.fines and f"Fines: {f.fines}", f.note) if x]
    return name, ", ".join(f.languages), "\n".join(powers), "\n".join(w.practice(p) for p in f.practice)


def _reproducibility(a: Assessment) -> Iterator[Block]:
    made = a.made
    yield Heading("Annex D: how to make this memo again")
    rows: list[tuple[Text, ...]] = [
        ("Program", f"{a.id}, as of {a.as_of}, phase {a.phase or 'none'}"),
        *((f"Input {name}", f"sha256 {digest}") for name, digest in made.inputs),
        ("lexposure", f"{made.lexposure} on Python {made.python}; "
         + ", ".join(f"{k} {v}" for k, v in made.libraries.items())),
        ("Seed", str(made.seed)),
    ]
    rows += [(f"Pack {p.id}", f"checked {p.checked}, {p.origin}, sha256 {p.sha256[:16]}") for p in made.packs]
    yield Table(("What", "Which"), tuple(rows), (28, 72))
