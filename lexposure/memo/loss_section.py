"""What the exposures may come to, as a part of the memo: figures, the chain behind each, what moves them, and the priors."""

from collections.abc import Iterator

from lexposure.exposure.assessment import Assessment
from lexposure.exposure.losses.notes import Losses, PerilNote, ShareNote, SheetNote, StepNote, WorthNote
from lexposure.memo import wording as w
from lexposure.memo.document import Bars, Block, Curve, Emphasis, Faint, Heading, Paragraph, Strong, Table, Text, Tornado

_KINDS = {
    "fine": "administrative fine", "penalty": "penalty or settlement with the authority",
    "class": "class claims under the statute", "claim": "claims for damages", "stop": "loss of the use",
}
#: How many perils, calculations and rows of a chart are shown.
_PERILS, _SHEETS, _ROWS = 12, 3, 10


def brief(a: Assessment) -> Iterator[Block]:
    """The figures in two sentences, for page one."""
    x = a.losses
    if x is None or not x.perils:
        return
    yield Paragraph((
        Strong("What it may come to. "), "As modelled, ", Strong(f"{1 - x.nothing:.0%}"), " of what may happen within about "
        "three years costs something; the expected loss is ", Strong(_euros(x.expected)), ", and one case in twenty costs "
        "more than ", Strong(_euros(x.quantiles["95"])), f". The exposure score is {x.score:g} of 100. These are modeled "
        "judgements on the priors listed in the memo, not forecasts, and stand apart from the ceilings.",
    ))


def loss_section(a: Assessment) -> Iterator[Block]:
    """The whole section."""
    x = a.losses
    if x is None or not x.perils:
        return
    yield Heading("What it may come to")
    yield Paragraph(
        "A modeled judgement over about three years: for each forum, how probable it is that a matter is taken up, that an "
        "infringement is found and that money follows, and how much then. Amounts of fines under the GDPR follow the "
        "published method, moved by what authorities did in like cases, and are cut at the legal maximum. Amounts are in "
        "euros.")
    yield Table(("Figure", "Amount", "What it means"), tuple(_figures(x)), (24, 18, 58), (1,))
    yield Curve(tuple((float(p.amount), p.exceeded) for p in x.curve),
                tuple((f"{level} %", float(x.quantiles[level])) for level in ("90", "95", "99")))
    yield Paragraph("Loss exceedance curve: how probable it is to lose more than an amount. Marked are the amounts not "
                    "exceeded with the probability shown.", "small")
    yield from _dependence(x)
    yield from _perils(a, x)
    yield from _shares(a, x)
    yield from _worth(a, x)
    yield from _sheets(a, x)
    yield from _scores(a, x)


def _euros(amount: float) -> str:
    from decimal import Decimal

    return w.money(Decimal(str(round(amount))), "EUR")


def _figures(x: Losses) -> Iterator[tuple[Text, ...]]:
    yield "Expected loss", _euros(x.expected), "the mean over all that may happen, most of which costs nothing or little"
    yield "Median", _euros(x.quantiles["50"]), "exceeded in half of what may happen"
    for level, said in (("90", "one case in ten"), ("95", "one case in twenty"), ("99", "one case in a hundred")):
        yield f"{level} % quantile", _euros(x.quantiles[level]), f"exceeded in {said}"
    yield "Worst twentieth", _euros(x.tail), "the mean of the worst twentieth of what may happen"
    for amount, p in x.thresholds.items():
        yield f"More than {_euros(float(amount))}", f"{p:.1%}", "probability of a loss above it"


def _dependence(x: Losses) -> Iterator[Block]:
    shown = "; ".join(f"{s.correlation:g}: {_euros(s.p95)}" for s in x.sensitivity)
    yield Paragraph((
        Strong("Dependence. "), "Matters are taken up in a common climate of enforcement; all that one forum does hangs on "
        "one decision to act; and one finding of fact decides all heads of a matter. The correlation of the climate is an "
        f"input; the 95 % quantile at its range: {shown}."))


def _perils(a: Assessment, x: Losses) -> Iterator[Block]:
    yield Heading("Each possible loss, with its chain", 2)
    yield Table(("Before whom, for what", "Chain of probabilities", "In all", "Amount if it comes to that", "Expected"),
                tuple(_peril_row(a, p) for p in x.perils[:_PERILS]), (27, 34, 8, 20, 11), (2, 4))
    left = x.perils[_PERILS:]
    if left:
        yield Paragraph(f"{w.many(len(left), 'smaller loss', 'smaller losses')} add {_euros(sum(p.expected for p in left))} "
                        "to the expected loss; the saved assessment has them all.", "small")


def _peril_row(a: Assessment, p: PerilNote) -> tuple[Text, ...]:
    provisions = {q.id: q.cite for q in a.provisions}
    findings = {f.id: f.provision for f in a.findings}
    cites = list(dict.fromkeys(provisions[findings[f]] for f in p.findings))
    ceiling = f"; ceiling {_euros(p.ceiling)}" if p.ceiling is not None else "; the law sets no sum"
    return (
        (Strong(_forum(a, p.forum)), f": {_KINDS[p.kind]}", Faint(f" ({w.listed(cites, 3)})")),
        "; ".join(f"{c.text} {_chance(c.probability)}" for c in p.chain), _chance(p.probability),
        (f"{_euros(p.likely)}", Faint(f" ({_euros(p.low)} to {_euros(p.high)}, nine in ten{ceiling})")), _euros(p.expected))


def _chance(p: float) -> str:
    return f"{p:.0%}" if p >= 0.095 else f"{p:.1%}" if p >= 0.001 else "under 0.1%"


def _forum(a: Assessment, forum: str | None) -> str:
    return next((f.english or f.name for f in a.forums if f.id == forum), "competent authority")


def _shares(a: Assessment, x: Losses) -> Iterator[Block]:
    """Who and what has how much in it."""
    yield Heading("Where it comes from", 2)
    yield Bars(tuple((w.place(s.id), s.expected, _note(s, x)) for s in x.shares.jurisdictions[:_ROWS]))
    yield Paragraph("Expected loss by jurisdiction, with each one's share of the worst twentieth.", "small")
    names = w.names(a)
    provisions = {p.id: f"{p.cite}: {p.heading}" for p in a.provisions}
    flows = {f.id: f"{f.number}: {names[f.origin]} → {names[f.target]}" for f in a.flows}
    ways = (
        ("Provision", x.shares.provisions, provisions), ("Population", x.shares.populations, names),
        ("System", x.shares.systems, names), ("Flow", x.shares.flows, flows),
    )
    rows: list[tuple[Text, ...]] = []
    for what, shares, known in ways:
        for i, s in enumerate(shares[:5]):
            rows.append((Strong(what) if i == 0 else "", known.get(s.id, s.id or "not tied to one"), _euros(s.expected),
                         f"{s.expected / max(x.expected, 1):.0%}", f"{s.tail / max(x.tail, 1):.0%}"))
    yield Table(("", "The five with most", "Expected", "Of expected", "Of the worst twentieth"), tuple(rows),
                (11, 53, 14, 10, 12), (2, 3, 4))
    yield Paragraph("A loss is shared over its findings by how probable each is, and over the people, flows and systems "
                    "that each concerns; every way of sharing adds up to the whole.", "small")


def _note(s: ShareNote, x: Losses) -> str:
    return f"; {s.tail / max(x.tail, 1):.0%} of the worst"


def _worth(a: Assessment, x: Losses) -> Iterator[Block]:
    if x.unknowns:
        yield Heading("What the unknowns are worth", 2)
        yield Tornado(tuple((_label(u), float(u.well), float(u.badly)) for u in x.unknowns[:_ROWS]), float(x.expected))
        yield Paragraph("The expected loss if a fact that nobody has stated resolves well (left), and badly (right), all "
                        "else as modelled.", "small")
        yield Table(("Question", "If well", "If badly"),
                    tuple((u.text, _euros(u.well), _euros(u.badly)) for u in x.unknowns), (70, 15, 15), (1, 2))
    if x.estimates:
        names = w.names(a)
        swings = tuple((names.get(e.id, e.id), float(e.well), float(e.badly)) for e in x.estimates[:_ROWS])
        yield Tornado(swings, float(x.expected))
        yield Paragraph(
            "The expected loss over the range of each uncertain number of the model, all else as modelled.", "small")


def _label(u: WorthNote) -> str:
    return w.plain(u.argument or u.id)


def _sheets(a: Assessment, x: Losses) -> Iterator[Block]:
    shown = [p for p in x.perils if p.sheet is not None][:_SHEETS]
    if not shown:
        return
    methods = {m.id: m.title for m in a.methods}
    yield Heading("Fines step by step", 2)
    yield Paragraph("The published method for the conducts that weigh most, each step a row. The level of seriousness and "
                    "what the method leaves open are judgements, and marked so.")
    for p in shown:
        sheet = p.sheet
        assert sheet is not None
        method = methods.get(sheet.method, sheet.method)
        yield Paragraph((Strong(_forum(a, p.forum)), f", {p.controller}: ", Emphasis(method)))
        yield Table(("Step", "What", "Low", "Likely", "High"), tuple(_step(s, sheet) for s in sheet.steps),
                    (20, 44, 12, 12, 12), (2, 3, 4))
        if p.moved:
            moved = "; ".join(f"{m.text} ×{m.factor:g}" for m in p.moved if abs(m.factor - 1) >= 0.05)
            yield Paragraph((
                f"What authorities did in like cases puts it at {_euros(p.likely)} (nine in ten from {_euros(p.low)} to "
                f"{_euros(p.high)}), against a typical fine by: {moved}.",
                Faint(f" Fitted on {x.fitted_on}.")), "small")


def _step(s: StepNote, sheet: SheetNote) -> tuple[Text, ...]:
    def shown(value: object) -> str:
        from decimal import Decimal

        if not isinstance(value, Decimal):
            return ""
        return f"×{value.normalize():f}"[:8] if s.multiplies else w.money(value, sheet.currency)

    return ((s.step, Faint(f" {s.cite}") if s.cite else ""), (s.text, Faint(f" ({s.how})") if s.how else ""), shown(s.low),
            shown(s.likely), shown(s.high))


def _scores(a: Assessment, x: Losses) -> Iterator[Block]:
    yield Heading("Exposure score", 2)
    yield Paragraph(
        f"{x.score:g} of 100 for the program. The score is where the expected loss stands on a logarithmic scale from "
        "nothing (0) to EUR 1 billion (100); each tenfold of the expected loss adds some 17 points.")
    yield Table(("Jurisdiction", "Score", "Expected loss"), tuple(
        (w.place(s.id), f"{s.score:g}", _euros(s.expected)) for s in x.scores_by_jurisdiction[:_ROWS]), (60, 15, 25), (1, 2))


def priors_annex(a: Assessment) -> Iterator[Block]:
    """The priors in force."""
    x = a.losses
    if x is None or not x.perils:
        return
    yield Heading("Annex E: the priors in force")
    yield Paragraph("Every figure that a human chose. Empirical: figures of decided cases; judgement: nobody has measured "
                    "it. The range is how far another careful reader might go.")
    yield Table(("Prior", "Value", "Range", "Basis"), tuple(
        ((p.text, Faint(f" ({p.id}{'; set by the user' if p.overridden else ''})")), _prior(p.value, p.unit),
         f"{_prior(p.low, p.unit)} to {_prior(p.high, p.unit)}",
         "; ".join(y for y in (p.basis, *p.sources, p.note) if y)) for p in x.priors), (42, 10, 16, 32), (1, 2))


def _prior(value: float, unit: str) -> str:
    return _euros(value) if unit == "EUR" else f"{value:g}" if unit == "correlation" else f"{value:.1%}"
