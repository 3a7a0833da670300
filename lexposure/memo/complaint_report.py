"""The report of a complaint before many forums: who decides, what may happen and when, and on which figures it rests."""

from collections.abc import Iterator
from decimal import Decimal

from lexposure.complaints.complaint import DATES, Complaint, Outlook, priors
from lexposure.exposure.assessment import Assessment
from lexposure.memo import wording as w
from lexposure.memo.complaint_papers import outcome
from lexposure.memo.document import (
    Block,
    Bullets,
    Document,
    Faint,
    Fan,
    FanRow,
    Heading,
    Paragraph,
    Strong,
    Table,
    Text,
    Tiles,
)

_SHOWN = ("urgent_measure", "voluntary_pause", "decision", "upheld", "order", "ban", "fine", "settled")


def complaint_report(a: Assessment, c: Complaint) -> Document:
    """The report as a document."""
    header: tuple[tuple[str, Text], ...] = (
        ("Program", (Strong(a.name),)), ("Filed", w.day(c.request.filed)),
        ("By", c.procedure.standing[c.request.complainant].text + (", asking for urgency" if c.request.urgent else "")),
        ("Before", w.listed(list(dict.fromkeys(o.filing.code for o in c.forums)), 14)),
    )
    blocks = (*_answer(c), *_forums(c), *_routing(c), *_when(c), *_grounds(c), *_figures(c))
    return Document(title="Complaint before many forums", subject=f"Complaint on {a.name}", author="lexposure", legend="",
                    header=header, running=f"{a.name}: complaint", date=f"Filed {w.day(c.request.filed)}",
                    blocks=tuple(blocks))


def _answer(c: Complaint) -> Iterator[Block]:
    j = c.joint
    years = c.request.horizon / 365
    yield Heading("Brief answer")
    yield Paragraph((
        "Three figures stay apart. ", Strong("An interim stop"), " (a voluntary pause, an urgent measure or a court) within "
        f"three months: {j.get('interim_stop_within_3_months', 0):.0%}, of which an urgent measure of an authority "
        f"{j.get('urgent_measure_within_3_months', 0):.0%}. ", Strong("A decision anywhere"), " within three years: "
        f"{j.get('any_decision_within_3_years', 0):.0%}. ", Strong("Liability"), " (a finding against the respondent) "
        f"within {years:.0f} years: {j.get('any_upheld', 0):.0%}; a fine or payment {j.get('any_fine_or_payment', 0):.0%}; "
        f"before two or more forums {j.get('fines_or_payments_before_two_or_more', 0):.0%}.",
    ))
    if c.european:
        lead = f"The authority of {w.place(c.competence.lead)} leads. " if c.competence.lead else "No authority leads. "
        yield Paragraph((Strong("Who holds the pen. "), lead + c.competence.why + "."))
    yield Paragraph("Modeled judgements on the figures listed at the end, not forecasts. Events before several forums are "
                    "drawn together: one decision of a lead authority counts once, and a pause ends urgency everywhere.",
                    "small")


def _forums(c: Complaint) -> Iterator[Block]:
    yield Heading("Forum by forum")
    events = (outcome(x).capitalize() for x in ("decision", "upheld", "fine"))
    yield Table(("Forum", "Route", *events, "Expected", "One in twenty"), tuple(_forum_row(o) for o in c.forums),
                (30, 11, 12, 12, 11, 12, 12), (2, 3, 4, 5, 6))
    amounts = {o.filing.code: float(o.loss["mean"]) for o in c.forums}
    if any(code in amounts for code in ("AT", "BE", "FR", "IE")):
        yield Tiles(tuple(amounts.items()), tuple(amounts))
        yield Paragraph("Expected money by forum; framed are the forums of the complaint. Where one authority leads, its "
                        "fine is told there and not again before the others.", "small")


def _forum_row(o: Outlook) -> tuple[Text, ...]:
    x = o.outcomes
    liability, money = (x["settled"], x["settled"]) if o.filing.american else (x["upheld"], x["fine"])
    return ((Strong(o.filing.code), f" {o.filing.authority.english or o.filing.authority.name}"), o.filing.route,
            f"{x['decision']:.0%}", f"{liability:.0%}", f"{money:.0%}", _euros(o.loss["mean"]), _euros(o.loss["p95"]))


def _euros(amount: float) -> str:
    return w.money(Decimal(round(amount)), "EUR") if amount else "none"


def _routing(c: Complaint) -> Iterator[Block]:
    yield Heading("Standing and route")
    yield Table(("Forum", "Standing", "Deadline", "Who decides, and why"), tuple(
        ((Strong(o.filing.code), f" {o.filing.authority.english or o.filing.authority.name}"),
         ("stands" if o.filing.standing.holds else "not certain" if o.filing.standing.holds is None else "does not stand",
          f": {', '.join(o.filing.standing.links)}" if o.filing.standing.links else "",
          Faint("".join(f". {x.rstrip('.')}" for x in (o.filing.standing.cite, o.filing.standing.note) if x))),
         o.filing.standing.deadline or "none in the packs", o.filing.why) for o in c.forums), (20, 30, 16, 34))


def _when(c: Complaint) -> Iterator[Block]:
    yield Heading("What happens, and when")
    yield Fan(fan_rows(c), c.request.horizon)
    yield Heading("All forums together", 2)
    yield Table(("Event", "Probability"), tuple((w.plain(name).capitalize(), f"{p:.1%}") for name, p in c.joint.items()),
                (70, 30), (1,))
    lead = next((o for o in c.forums if o.filing.route == "lead"), c.forums[0] if c.forums else None)
    if lead is not None:
        yield Heading(f"By date before {lead.filing.authority.english or lead.filing.authority.name}", 2)
        yield Table(("Event", *DATES), tuple(
            (outcome(event).capitalize(), *(f"{lead.by_date[label][event]:.1%}" for label in DATES))
            for event in _SHOWN if lead.by_date["10 years"][event] > 0), (40, 12, 12, 12, 12, 12), (1, 2, 3, 4, 5))


def fan_rows(c: Complaint) -> tuple[FanRow, ...]:
    """The rows of the chart of when decisions fall."""
    rows = []
    for o in c.forums:
        d, pause, who = o.days.get("decision"), o.days.get("voluntary_pause"), o.filing.authority
        rows.append(FanRow(f"{o.filing.code} {who.abbreviation or who.english or who.name}",
                           (d["p10"], d["p50"], d["p90"]) if d else None, o.outcomes["decision"],
                           pause["p50"] if pause else None))
    return tuple(rows)


def _grounds(c: Complaint) -> Iterator[Block]:
    yield Heading("Grounds")
    for o in c.forums:
        if not o.filing.grounds:
            continue
        yield Paragraph((Strong(f"{o.filing.code} {o.filing.authority.english or o.filing.authority.name}: "), w.listed(
            [f"{g.finding.rule.cite} ({'open' if g.finding.status.value == 'unknown' else g.finding.status.value}, "
             f"{g.probability:.0%})" for g in o.filing.grounds], 6) + "."))


def _figures(c: Complaint) -> Iterator[Block]:
    yield Heading("The figures it rests on")
    yield Paragraph("Empirical: computed from dated cases; statutory: a period of the law; judgement: nobody has measured "
                    "it. A figure that was chosen to reproduce an observation says so; the observation is then no check of "
                    "it.")
    yield Table(("Figure", "Value", "Origin", "Note"), tuple(
        (str(p["text"]), f"{p['value']:g}" if isinstance(p["value"], float | int) else str(p["value"]), str(p["origin"]),
         "; ".join(str(x) for x in (p.get("source"), p.get("note"), p.get("citation"),
                                    p.get("chosen_for") and f"chosen for {p['chosen_for']}") if x))
        for p in priors(c.procedure)), (46, 12, 12, 30), (1,))
    yield Bullets((
        f"{c.request.draws:,} joint histories, seed {c.request.seed}; events within {c.request.horizon} days of filing.",
        f"The law of the procedure was read in {w.listed([s.title for s in c.procedure.basis.source])}; checked "
        f"{w.day(c.procedure.basis.checked)}. {c.procedure.basis.note}".rstrip(),
        "The processing has begun by the day of filing." if c.begun else
        "The processing has not begun by the day of filing: the model states no start, or a later one.",
        *([f"Nothing to decide on was found before {w.listed(list(c.idle))}."] if c.idle else []),
    ))
