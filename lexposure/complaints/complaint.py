"""A complaint before many forums, followed through: filings, joint histories, what they come to. All values immutable."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lexposure.complaints.filing import GDPR, Competence, Filing, filings
from lexposure.complaints.histories import EVENTS, Case, Flags, Histories, Setting, histories
from lexposure.complaints.procedure import Procedure, Regime
from lexposure.exposure.losses.matters import Priceable, Priced, matter_of, priced
from lexposure.exposure.losses.severity import Severity, Vector
from lexposure.program.model import Program

if TYPE_CHECKING:
    import networkx as nx

#: The days after filing for which the state of things is told.
DATES = {"3 months": 91, "1 year": 365, "3 years": 1096, "5 years": 1826, "10 years": 3652}
_LEVELS = ((0.1, "p10"), (0.5, "p50"), (0.9, "p90"))
#: How many of the strongest grounds are told of a forum.
GROUNDS = 12


@dataclass(frozen=True, slots=True)
class Request:
    """What is filed: by whom, when, whether urgently, and how it is drawn. ``horizon`` is in days."""

    complainant: str
    filed: dt.date
    urgent: bool
    horizon: int
    draws: int
    seed: int


@dataclass(frozen=True)
class Outlook:
    """A forum's outlook: how probable each event is within the horizon and by each date, when, and the money."""

    filing: Filing
    by_date: Mapping[str, Mapping[str, float]]
    outcomes: Mapping[str, float]
    days: Mapping[str, Mapping[str, int]]
    loss: Mapping[str, int]


@dataclass(frozen=True)
class Complaint:
    """The whole complaint. Three figures stay apart: that somebody acts, that processing is stopped for now, that it ends in
    liability; ``joint`` are events over all forums together. ``begun``: the processing runs on the day of filing, which a
    program without a start does not. ``idle`` are forums asked for where nothing could be decided.
    """

    name: str
    request: Request
    competence: Competence
    regime: Regime | None
    begun: bool
    forums: tuple[Outlook, ...]
    idle: tuple[str, ...]
    joint: Mapping[str, float]
    procedure: Procedure

    @property
    def european(self) -> bool:
        """Whether any of it is before authorities that the GDPR coordinates."""
        return any(not o.filing.american for o in self.forums)


def complain(given: Priceable, program: Program, wanted: Sequence[str], request: Request, procedure: Procedure) -> Complaint:
    """File before the forums and follow what happens. Raises InvalidInput for forums without a link."""
    filed, competent = filings(given, program, wanted, request.complainant, procedure, request.filed)
    started = program.program.started
    setting = Setting(
        represented=request.complainant != "data_subject", urgent=request.urgent,
        ahead=started is None or started > request.filed, adverse=_adverse(program), regime=procedure.regime(request.filed),
        lead=competent.lead, established=competent.established)
    cases = tuple(_case(x, given, competent) for x in filed)
    drawn = histories(cases, setting, procedure, request.draws, request.seed)
    outlooks = tuple(_outlook(x, drawn, request) for x in filed)
    idle = tuple(code for code in wanted if code not in {x.code for x in filed})
    return Complaint(program.program.name, request, competent, setting.regime, not setting.ahead, outlooks, idle,
                     joint(drawn, request, filed), procedure)


def _adverse(program: Program) -> bool:
    """Whether an authority found the same conduct unlawful before, as the program states it."""
    return any(f.fact == "earlier_infringements" and f.value == "yes" for f in program.facts.values())


def _case(filing: Filing, given: Priceable, competent: Competence) -> Case:
    """The forum for the simulation: the likeliest ground is found or not, and what its matter's fine comes to."""
    american = filing.authority.kind if filing.american else ""
    upheld = max((g.probability for g in filing.grounds), default=0.0)
    return Case(filing.code, filing.forum, filing.route, upheld, _severity(filing, given, competent), american)


def _severity(filing: Filing, given: Priceable, competent: Competence) -> Severity | None:
    """The amount of the forum's largest fine or claim, if it has one; what waits for the lead takes the lead's."""
    found = given.law.forum_for(competent.lead, GDPR) if competent.lead and filing.route == "concerned" else None
    forum = found[0] if found else filing.forum
    mine = {matter_of(h, given) for h in given.heads if h.forum == forum}
    amounts = [p for p in _perils(given, mine) if p.kind != "stop" and p.forum == forum]
    best = max(amounts, key=lambda p: p.severity.mean, default=None)
    return best.severity if best else None


def _perils(given: Priceable, wanted: set[str]) -> tuple[Priced, ...]:
    from lexposure.exposure.losses.matters import groups

    return priced(given, only=[g for g in groups(given) if matter_of(g[1][0], given) in wanted])


def _outlook(filing: Filing, drawn: Histories, request: Request) -> Outlook:
    told = drawn.forums[filing.forum]
    within = {event: told.day[event] <= request.horizon for event in EVENTS}
    nothing = ~np.any([flags for event, flags in within.items() if event != "inquiry"], axis=0)
    outcomes = {event: _share(flags) for event, flags in within.items()} | {"nothing": _share(nothing)}
    paid = np.where(_money_day(told.day) <= request.horizon, told.money, 0.0)
    some = paid[paid > 0]
    return Outlook(
        filing, {label: {event: _share(told.day[event] <= day) for event in EVENTS} for label, day in DATES.items()},
        outcomes, {event: _spread(told.day[event][flags]) for event, flags in within.items() if flags.any()},
        {"mean": round(float(paid.mean())), **{name: round(float(x)) for name, x in zip(
            ("p50", "p90", "p95"), np.quantile(paid, (0.5, 0.9, 0.95)) if paid.any() else (0.0, 0.0, 0.0), strict=True)},
         **{f"{name}_if_any": round(float(x)) for name, x in zip(
             ("p10", "p50", "p90"), np.quantile(some, (0.1, 0.5, 0.9)) if len(some) else (0.0, 0.0, 0.0), strict=True)}})


def _money_day(day: Mapping[str, Vector]) -> Vector:
    """The day on which money is owed."""
    return np.minimum(day["fine"], day["settled"])


def _share(flags: Flags) -> float:
    return round(float(np.mean(flags)), 4)


def _spread(days: Vector) -> Mapping[str, int]:
    found = np.quantile(days, [level for level, _ in _LEVELS])
    return {name: round(float(x)) for (_, name), x in zip(_LEVELS, found, strict=True)}


def joint(drawn: Histories, request: Request, filed: Sequence[Filing]) -> Mapping[str, float]:
    """Events over all forums together."""
    return dict(_joint(drawn, request, filed))


def _joint(drawn: Histories, request: Request, filed: Sequence[Filing]) -> Iterator[tuple[str, float]]:
    if not filed:
        return
    days = {event: np.min([t.day[event] for t in drawn.forums.values()], axis=0) for event in EVENTS}
    yield "voluntary_pause_within_3_months", _share(drawn.pause <= DATES["3 months"])
    yield "urgent_measure_within_3_months", _share(days["urgent_measure"] <= DATES["3 months"])
    yield "interim_stop_within_3_months", _share(np.minimum.reduce(
        [drawn.pause, days["urgent_measure"], days["court_interim"]]) <= DATES["3 months"])
    for label, day in DATES.items():
        yield f"any_decision_within_{label.replace(' ', '_')}", _share(days["decision"] <= day)
    yield "any_upheld", _share(np.minimum(days["upheld"], days["settled"]) <= request.horizon)
    yield "any_ban", _share(days["ban"] <= request.horizon)
    yield "any_fine_or_payment", _share(np.minimum(days["fine"], days["settled"]) <= request.horizon)
    fines = np.sum([(_money_day(t.day) <= request.horizon) & (t.money > 0) for t in drawn.forums.values()], axis=0)
    yield "fines_or_payments_before_two_or_more", _share(fines >= 2)
    yield "no_decision_anywhere", _share(days["decision"] > request.horizon)


def routing(c: Complaint) -> "nx.MultiDiGraph[str]":
    """Who holds the pen: complainant -> forum -> whoever decides, with the route and what is to be expected there."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=f"{c.name}: complaint of {c.request.filed}")
    graph.add_node("complainant", kind="population", label=c.request.complainant.replace("_", " "))
    decides = "decision of the lead authority"
    for o in c.forums:
        x = o.filing
        graph.add_node(x.forum, kind="forum", label=f"{x.code}: {x.authority.english or x.authority.name}", route=x.route)
        graph.add_edge("complainant", x.forum, key=f"complaint/{x.forum}", kind="complaint", route=x.route)
        target = decides if c.competence.lead and x.route in ("lead", "concerned") else f"decision/{x.forum}"
        graph.add_node(target, kind="use",
                       label=f"decision ({c.competence.lead} leads)" if target == decides else "its own decision")
        graph.add_edge(x.forum, target, key=f"decides/{x.forum}", kind="route", route=x.route,
                       decision=o.outcomes["decision"], upheld=o.outcomes["upheld"])
    return graph


# -- the same as JSON ------------------------------------------------------------------------------------------------------


def as_dict(c: Complaint) -> dict[str, object]:
    """The complaint as plain values, in the documented shape."""
    return {
        "program": c.name, "filed": c.request.filed.isoformat(), "complainant": c.request.complainant,
        "urgent": c.request.urgent, "horizon_days": c.request.horizon, "draws": c.request.draws,
        "seed": c.request.seed, "lead": c.competence.lead, "competence": c.competence.why,
        "regime": {"id": c.regime.id, "cite": c.regime.cite, "text": c.regime.text} if c.regime else None,
        "begun": c.begun, "idle": list(c.idle),
        "forums": [_forum(o) for o in c.forums], "joint": dict(c.joint), "priors": list(priors(c.procedure)),
    }


def _forum(o: Outlook) -> dict[str, object]:
    x, s = o.filing, o.filing.standing
    return {
        "code": x.code, "authority": x.authority.english or x.authority.name, "id": x.forum,
        "standing": {"holds": s.holds, "links": list(s.links), "people": list(s.people), "citation": s.cite, "note": s.note,
                     "deadline": s.deadline},
        "route": x.route, "why": x.why,
        "grounds": [{"provision": g.finding.rule.id, "citation": g.finding.rule.cite, "finding": g.finding.id,
                     "status": g.finding.status.value, "probability": round(g.probability, 4)} for g in x.grounds[:GROUNDS]],
        "grounds_in_all": len(x.grounds),
        "outcomes": dict(o.outcomes), "by_date": {k: dict(v) for k, v in o.by_date.items()},
        "days": {k: dict(v) for k, v in o.days.items()}, "loss": dict(o.loss),
    }


def priors(procedure: Procedure) -> Iterator[dict[str, object]]:
    """Every figure of the procedure in force, each with its origin."""
    for name, f in procedure.figures.items():
        yield {"id": name, "value": f.value, "low": f.low, "high": f.high, "origin": f.origin, "text": f.text,
               "source": f.source, "note": f.note, "chosen_for": f.chosen_for}
    for name, d in procedure.durations.items():
        median, sigma = d.law()
        yield {"id": f"duration_{name}", "value": round(median), "sigma": round(sigma, 3), "origin": d.origin,
               "text": d.text, "cases": len(d.cases), "note": d.note}
    for name, counted in procedure.counts.items():
        yield {"id": name, "value": round(counted.probability(), 4), "origin": "empirical", "text": counted.text,
               "cases": len(counted.waves), "note": counted.prior.note}
        median, sigma = counted.days.law()
        yield {"id": f"{name}_days", "value": round(median, 1), "sigma": round(sigma, 3), "origin": counted.days.origin,
               "text": f"{counted.text}: median of days", "cases": len(counted.days.cases), "note": counted.days.note}
    for regime in procedure.regimes:
        yield {"id": f"regime_{regime.id}", "value": regime.start.isoformat(), "origin": "statutory", "text": regime.text,
               "citation": regime.cite}
    for name, a in procedure.american.items():
        yield {"id": f"american_{name}", "value": a.median, "sigma": a.sigma, "early": a.early, "origin": a.origin,
               "text": a.text}
