"""The papers of a complaint, forum by forum: an outline for the complainant, and the file for the defence. No fact is
invented: what the model does not say is a blank in brackets.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lexposure.complaints.complaint import GROUNDS, Complaint, Outlook
from lexposure.exposure.assessment import Assessment, FindingNote, ForumNote, ProvisionNote, Row
from lexposure.memo import wording as w
from lexposure.memo.document import (
    Block,
    Bullets,
    Document,
    Faint,
    Heading,
    Mark,
    Paragraph,
    Signatures,
    Strong,
    Table,
    Text,
)

_BLANK = "[to be completed]"
_OUTCOMES = {
    "inadmissible": "rejected as inadmissible or withdrawn", "amicable": "settled amicably",
    "inquiry": "an inquiry is opened", "voluntary_pause": "the respondent pauses",
    "urgent_measure": "an urgent measure (art. 66 GDPR)",
    "dispute": "the Board decides a dispute (art. 65 GDPR)", "court_interim": "a court stops it for now",
    "decision": "a decision", "upheld": "upheld at least in part", "dismissed": "dismissed", "order": "an order",
    "ban": "a ban on the processing", "fine": "a fine",
    "reprimand": "a reprimand and no more", "settled": "money is paid", "nothing": "nothing at all",
}


@dataclass(frozen=True, slots=True)
class Papers:
    """The two papers for one forum."""

    code: str
    forum: str
    outline: Document
    defence: Document


def outcome(name: str) -> str:
    """An outcome in words."""
    return _OUTCOMES.get(name, w.plain(name))


def papers(a: Assessment, complaint: Complaint) -> Iterator[Papers]:
    """Both papers for every forum."""
    for o in complaint.forums:
        yield Papers(o.filing.code, o.filing.forum,
                     _document(a, complaint, o, "Complaint: outline", _outline(a, complaint, o)),
                     _document(a, complaint, o, "Defence file", _defence(a, complaint, o)))


def _document(a: Assessment, c: Complaint, o: Outlook, title: str, blocks: Iterator[Block]) -> Document:
    name = o.filing.authority.english or o.filing.authority.name
    header: tuple[tuple[str, Text], ...] = (
        ("Before", o.filing.authority.name + (f" ({name})" if name != o.filing.authority.name else "")),
        ("Respondent", w.listed(_controllers(a)) or _BLANK),
        ("Date", w.day(c.request.filed)),
        ("Re", (Strong(a.name),)),
    )
    return Document(title=title, subject=f"{title}, {a.name}, {name}", author="lexposure", legend="Draft for counsel",
                    header=header, running=f"{a.name}: {title.lower()}, {o.filing.code}", date=f"As of {w.day(a.as_of)}",
                    blocks=tuple(blocks))


def _controllers(a: Assessment) -> list[str]:
    return [p.name for p in a.parties if p.role in ("controller", "joint_controller")]


# -- the complainant's outline ---------------------------------------------------------------------------------------------


def _outline(a: Assessment, c: Complaint, o: Outlook) -> Iterator[Block]:
    american = o.filing.american
    yield Paragraph("An outline: what the model of the program supports, and nothing else. What it does not say stands in "
                    "brackets.", "callout")
    yield Heading("Where and how to file")
    yield Table(("What", "How"), tuple(_where(a, c, o)), (26, 74))
    yield Heading("The parties")
    yield Bullets((
        "Complainant: " + {
            "data_subject": "[name and address of the data subject]",
            "represented": "[name and address of the data subject], represented by [name of the body] under a mandate of "
                           "[date] (art. 80(1) GDPR)",
            "body": "[name of the body], without a mandate (art. 80(2) GDPR)",
            "consumer_body": "[name of the qualified entity and its list]",
        }[c.request.complainant] if not american else "Plaintiff, charging party or relator: [name and address]",
        f"Respondent: {w.listed(_controllers(a)) or _BLANK}; seat: "
        f"{w.listed([w.place(p.seat) for p in a.parties if p.role in ('controller', 'joint_controller')]) or _BLANK}",
        f"People concerned here: {w.listed(_people(a, o)) or _BLANK}",
    ))
    yield Heading("Facts")
    yield from _facts(a, o)
    yield Heading("Grounds, strongest first")
    yield from _grounds(a, o)
    yield Heading("What is asked for")
    yield Bullets(tuple(_asked(a, c, o)))
    yield Heading("Evidence and annexes")
    yield Bullets(tuple(_evidence(a)))
    yield Signatures(("Complainant", "Counsel"))


def _where(a: Assessment, c: Complaint, o: Outlook) -> Iterator[tuple[Text, ...]]:
    f, s = o.filing, o.filing.standing
    note = _forum(a, f.forum)
    yield "Authority or court", f.authority.name
    yield "Address of filing", f.authority.website or "[address of filing]"
    yield "Languages", ", ".join(f.authority.languages) or "[language of the forum]"
    yield "Standing", "; ".join(x for x in (
        "stands" if s.holds else "not certain" if s.holds is None else "does not stand", ", ".join(s.links), s.cite,
        s.note) if x)
    yield "Deadline", s.deadline or "none in the packs; national law may set one"
    yield "Who decides", f.why
    if c.regime and not f.american:
        yield "Rules of procedure", f"{c.regime.text} ({c.regime.cite})"
    if note and note.powers:
        yield "Powers and practice", "\n".join(note.powers)


def _forum(a: Assessment, name: str) -> ForumNote | None:
    return next((f for f in a.forums if f.id == name), None)


def _people(a: Assessment, o: Outlook) -> list[str]:
    names = w.names(a)
    return [names.get(p, p) for p in o.filing.standing.people]


def _facts(a: Assessment, o: Outlook) -> Iterator[Block]:
    people = set(o.filing.standing.people)
    names = w.names(a)
    if a.summary:
        yield Paragraph(a.summary)
    flows = [f for f in a.flows if f.origin in people or not people]
    if flows:
        yield Table(("From and to", "Data", "How it is known"), tuple(
            (f"{names[f.origin]} → {names[f.target]}", ", ".join(w.plain(d) for d in f.data) or "all that has reached it",
             "; ".join(x for x in (w.places((f.where,)), ", ".join(f.source), f.note) if x)) for f in flows), (30, 40, 30))
    else:
        yield Paragraph("[the facts that concern the people of this forum]")


def _findings(a: Assessment, o: Outlook) -> Iterator[tuple[FindingNote, ProvisionNote, float]]:
    findings, provisions = {f.id: f for f in a.findings}, {p.id: p for p in a.provisions}
    for g in o.filing.grounds[:GROUNDS]:
        found = findings.get(g.finding.id)
        if found is not None:
            yield found, provisions[found.provision], g.probability


def _grounds(a: Assessment, o: Outlook) -> Iterator[Block]:
    shown = list(_findings(a, o))
    if not shown:
        yield Paragraph("The model supports no ground before this forum.")
        return
    names = w.names(a)
    for found, p, _ in shown:
        yield Heading(f"{p.cite}: {p.heading}", 2)
        status = "open" if found.status == "unknown" else found.status
        yield Paragraph((Mark(status, found.status), f". {p.text} ", Faint(f"{p.certainty} reading; checked {p.checked}, "
                                                                         f"{p.confidence}")))
        if found.path:
            yield Paragraph((Strong("Path: "), " → ".join(names.get(x, x) for x in found.path)))
        yield Table(("Element", "Met", "On what"), tuple(_row(r) for r in found.rows if r.part in ("element", "exception")),
                    (50, 12, 38))
    rest = len(o.filing.grounds) - len(shown)
    if rest > 0:
        yield Paragraph(f"{w.many(rest, 'weaker ground')} are left out here; the assessment has them.", "small")


def _row(r: Row) -> tuple[Text, ...]:
    known = [f"{x.asked}: {x.found}" + (f" ({w.places(x.where)})" if x.where else "") for x in r.leaves[:3]]
    tone = r.outcome if r.part == "element" else {"met": "not met", "not met": "met"}.get(r.outcome, "unknown")
    said = "[not known: to be shown]" if r.outcome == "unknown" else r.outcome
    return ((f"{'Exception: ' if r.part == 'exception' else ''}{r.text}", Faint(f" {r.cite}") if r.cite else ""),
            Mark(said, tone), "; ".join(known) or _BLANK)


def _asked(a: Assessment, c: Complaint, o: Outlook) -> Iterator[str]:
    if o.filing.american:
        kinds = dict.fromkeys((h.kind, h.label) for h in a.heads if h.forum == o.filing.forum)
        for kind, label in kinds:
            yield w.plain(kind) + (f", {label}" if label else "")
        return
    abroad = any(f.status in ("breach", "arguable") and "transfer" in f.provision for f in a.findings)
    for name, measure in c.procedure.measures.items():
        if name == "urgent":
            if c.request.urgent:
                yield f"{measure.stated}, since [why it cannot wait]"
        elif name != "transfers" or abroad:
            yield measure.stated


def _evidence(a: Assessment) -> Iterator[str]:
    for s in a.sources[:20]:
        yield "; ".join(x for x in (f"[annex] {s.title}", s.url, w.day(s.date) if s.date else "") if x)
    yield "[annex] the notice that the people concerned were given, as they saw it"
    yield "[annex] the mandate, and proof of the complainant's identity and residence"


# -- the defence file ------------------------------------------------------------------------------------------------------


def _defence(a: Assessment, c: Complaint, o: Outlook) -> Iterator[Block]:
    yield Paragraph("For the respondent's counsel: what would be pleaded here, what answers it, what must be found out, and "
                    "what may come of it and when. The probabilities are modeled judgements.", "callout")
    yield Heading("What may come of it")
    yield Table(("Event", f"Within {c.request.horizon / 365:.0f} years", "Days from filing (10, 50, 90 %)"), tuple(
        (outcome(name), f"{p:.1%}", _days(o, name)) for name, p in o.outcomes.items() if p > 0), (50, 20, 30), (1,))
    if o.loss["mean"]:
        from decimal import Decimal

        mean, ten, twenty = (w.money(Decimal(o.loss[x]), "EUR") for x in ("mean", "p90", "p95"))
        yield Paragraph(f"Money before this forum: expected {mean}; exceeded once in ten {ten}, once in twenty {twenty}.")
    elif o.filing.route == "concerned":
        yield Paragraph("The lead authority decides: a fine would be told of its decision, and not again here.")
    yield Paragraph((Strong("Who decides. "), o.filing.why + "."))
    yield Heading("Grounds and answers")
    shown = list(_findings(a, o))
    if not shown:
        yield Paragraph("The model supports no ground before this forum.")
    for found, p, probability in shown:
        yield Heading(f"{p.cite}: {p.heading}", 2)
        status = "open" if found.status == "unknown" else found.status
        yield Paragraph((Mark(status, found.status),
                         f"; found with a probability of {probability:.0%} if it comes to a decision."))
        yield Bullets(tuple(_answers(found, p)))
    yield Heading("To find out before answering")
    asked = [q for q in a.questions if set(q.findings) & {f.id for f, *_ in shown}][:12]
    yield Bullets(tuple(f"{q.text} (state it at {q.where})" for q in asked) or ("nothing that the grounds hang on",))
    yield Heading("Preserve and prepare")
    yield Bullets((
        "Preserve: records of processing, assessments, notices in every version, logs of access and deletion, training "
        "corpora and model versions.",
        f"Respondent's contact for the forum: {_BLANK}",
        f"Person who decides on a pause, and on what terms: {_BLANK}",
    ))


def _days(o: Outlook, name: str) -> str:
    d = o.days.get(name)
    return f"{d['p10']:,}; {d['p50']:,}; {d['p90']:,}" if d else ""


def _answers(found: FindingNote, p: ProvisionNote) -> Iterator[Text]:
    """What answers a ground: elements not met or open, exceptions, and how the reading could fail."""
    for r in found.rows:
        if r.part == "element" and r.outcome != "met":
            yield (Strong("Element not shown: "), f"{r.text}", Faint(f" {r.cite}"))
        if r.part == "exception":
            said = {"met": "made out", "unknown": "to be shown"}.get(r.outcome, "not made out")
            yield (Strong(f"Exception, {said}: "),
                   r.text, Faint(f" {r.cite}"))
    if p.weak_when:
        yield (Strong("The reading is weak when: "), p.weak_when)
    if p.contrary:
        yield (Strong("Contrary reading: "), p.contrary)
    if found.rests_on_claims:
        yield (Strong("Rests on measures only claimed: "), w.listed([w.plain(x) for x in found.rests_on_claims]))
    if not p.weak_when and not p.contrary and all(r.outcome == "met" for r in found.rows if r.part == "element"):
        yield "Every element is met on the facts stated: [facts that differ, if any]"
