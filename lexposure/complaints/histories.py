"""Joint histories of a complaint before many forums: drawn many times, for all forums together, with what they share.

With a lead authority there is one decision for all that go to it. Without one, authorities draw findings that are
correlated. A voluntary pause ends urgency everywhere. Every source of chance has a stream of its own (Philox, keyed by seed
and name), so that two variants of a complaint differ only by what changed. Times are in days from filing; infinite is never.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from lexposure.complaints.procedure import Procedure, Regime
from lexposure.exposure.losses.severity import Severity, Vector
from lexposure.exposure.losses.simulate import stream

Flags = NDArray[np.bool_]
NEVER = math.inf


@dataclass(frozen=True, slots=True)
class Case:
    """A forum in the simulation: how it decides, how probable it is to uphold, and what a fine or payment comes to.

    ``kind`` is the forum's kind for the United States, and empty in Europe. ``slow``: it takes as long as a lead would.
    """

    code: str
    name: str
    route: str
    upheld: float
    severity: Severity | None
    kind: str = ""
    slow: bool = False

    @property
    def led(self) -> bool:
        """Whether the lead authority decides on it."""
        return self.route in ("lead", "concerned")


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for all forums: who complains, whether urgently, whether processing lies ahead, the rules of the day."""

    represented: bool
    urgent: bool
    ahead: bool
    adverse: bool
    regime: Regime | None
    lead: str | None
    established: bool
    without: str = ""


@dataclass(frozen=True)
class Told:
    """What happened before one forum in each history: the day of each event, and the money."""

    day: Mapping[str, Vector]
    money: Vector


@dataclass(frozen=True)
class Histories:
    """All histories: each forum's, and the pause and competence that all of them share."""

    forums: Mapping[str, Told]
    pause: Vector
    draws: int


EVENTS = ("inadmissible", "amicable", "inquiry", "voluntary_pause", "urgent_measure", "court_interim", "dispute", "decision",
          "upheld", "dismissed", "order", "ban", "fine", "reprimand", "settled")


def histories(cases: Sequence[Case], setting: Setting, procedure: Procedure, draws: int, seed: int) -> Histories:
    """Draw the histories. O(draws x forums)."""
    run = _Run(setting, procedure, draws, seed)
    pause = run.pause()
    # The lead's decision is one, for whatever reaches it: told of the lead; where it was not asked, of the first by code.
    led = [c for c in cases if c.led] if setting.lead else []
    decisive = min(led, key=lambda c: (c.route != "lead", c.code), default=None)
    decided = None
    if decisive is not None:
        # Its pace is the lead's own, also where only others were asked; the strongest ground of any of them is before it.
        lead = replace(decisive, code=setting.lead or decisive.code, upheld=max(c.upheld for c in led))
        decided = run.decided(lead, "the lead authority", led=True)
    alive = {c.name: run.alive(c.name, decided, pause) for c in led} if decided else {}
    forums = {}
    for case in cases:
        if case.kind:
            forums[case.name] = run.american(case)
        elif decided is not None and case.name in alive:
            reached = np.any(list(alive.values()), axis=0) if case is decisive else alive[case.name]
            forums[case.name] = run.told(case, decided, reached, pause, paid=case is decisive)
        else:
            own = run.decided(case, case.name, led=case.slow)
            forums[case.name] = run.told(case, own, run.alive(case.name, own, pause, shifts=True), pause, paid=True)
    return Histories(forums, pause, draws)


class _Run:
    """The draws of one simulation."""

    def __init__(self, setting: Setting, procedure: Procedure, draws: int, seed: int) -> None:
        self.setting, self.procedure, self.draws, self.seed = setting, procedure, draws, seed
        self.common = stream(seed, "common finding").standard_normal(draws)
        self.pressure = stream(seed, "common urgency").standard_normal(draws)

    def uniform(self, name: str) -> Vector:
        """A uniform draw for each history."""
        return stream(self.seed, name).random(self.draws)

    def days(self, name: str, median: float, sigma: float) -> Vector:
        """A log-normal number of days for each history."""
        return median * np.exp(sigma * stream(self.seed, name).standard_normal(self.draws))

    def figure(self, name: str) -> float:
        """A figure of the procedure."""
        return self.procedure.figure(name)

    def correlated(self, name: str, probability: float, correlation: float, shared: Vector) -> Flags:
        """An event that is as probable as stated, and goes with a shared cause."""
        own = stream(self.seed, name).standard_normal(self.draws)
        flags: Flags = ndtr(math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own) < probability
        return flags

    def pause(self) -> Vector:
        """When the respondent pauses; everywhere at once."""
        counted = self.procedure.counts["voluntary_pause"]
        p = counted.probability(self.setting.without)
        if not self.setting.urgent:
            p *= self.figure("pause_starts_ahead")
        if not self.setting.ahead:
            p *= self.figure("pause_starts_ahead")
        median, sigma = counted.days.law(self.setting.without)
        return np.where(self.uniform("pause") < p, self.days("pause days", median, sigma), NEVER)

    def duration(self, name: str, pace: float, *, led: bool) -> Vector:
        """Days from filing to a first decision, by the rules of the day."""
        laws = self.procedure.durations
        slow = laws["strategic_cross_border" if led else "no_one_stop_shop"].law(self.setting.without)
        quick = laws["published"].law()
        long_ = self.days(f"{name} slow", *slow)
        short = self.days(f"{name} quick", quick[0] * pace, quick[1])
        slow_share = self.figure("slow_track" if self.setting.represented else "slow_track_individual")
        days: Vector = np.where(self.uniform(f"{name} track") < slow_share, long_, short)
        regime = self.setting.regime
        if regime and regime.nominal_days and regime.longest_days and led:
            within = regime.nominal_days + (regime.longest_days - regime.nominal_days) * self.uniform(f"{name} extension")
            held = self.uniform(f"{name} period") < regime.share_held
            days = np.where(held, np.minimum(days, within * np.exp(regime.spread * stream(
                self.seed, f"{name} late").standard_normal(self.draws))), days)
        return days

    def decided(self, case: Case, name: str, *, led: bool) -> dict[str, Vector]:
        """A decision and what it says, as if the complaint were admissible: the day of each event."""
        pace = self.procedure.pace.get(case.code, 1.0)
        at = self.duration(name, pace, led=led)
        disputed = np.zeros(self.draws, dtype=bool)
        if led:
            # Only the lead's drafts go before the Board.
            disputed = self.uniform(f"{name} dispute") < self.figure("dispute")
        # The durations of dated cases run to the decision, disputes included: the referral lies before it.
        board = self.days(f"{name} dispute days", self.figure("dispute_days"), self.figure("dispute_days_sigma"))
        referred = np.maximum(at - board, 0.0)
        upheld = self.correlated(f"{name} finding", case.upheld, self.figure("merits_correlation"), self.common)
        fine = upheld & (self.uniform(f"{name} fine") < self.figure("fine_given_upheld")) & (case.severity is not None)
        order = upheld & (self.uniform(f"{name} order") < self.figure("order_given_upheld"))
        ban = order & (self.uniform(f"{name} ban") < self.figure("ban_given_order"))

        def when(flags: Flags) -> Vector:
            return np.where(flags, at, NEVER)

        money = np.zeros(self.draws)
        if case.severity is not None:
            drawn = np.flatnonzero(fine)
            amounts = case.severity.quantile(self.uniform(f"{name} amount")[drawn])
            kept = self.uniform(f"{name} appeal")[drawn] < case.severity.reduced
            amounts = np.where(kept, amounts * case.severity.kept, amounts)
            factor = self.days(f"{name} dispute factor", self.figure("dispute_raises"), self.figure("dispute_raises_sigma"))
            raised = factor[drawn]
            money[drawn] = np.where(disputed[drawn], np.minimum(amounts * raised, case.severity.ceiling), amounts)
        return {"inquiry": at * self.figure("inquiry_lag"), "dispute": np.where(disputed, referred, NEVER),
                "decision": at, "upheld": when(upheld), "dismissed": when(~upheld), "order": when(order), "ban": when(ban),
                "fine": when(fine), "reprimand": when(upheld & ~fine & ~order), "money": money}

    def alive(self, name: str, decided: Mapping[str, Vector], pause: Vector, *, shifts: bool = False) -> Flags:
        """Whether a complaint reaches a decision: not rejected, settled, moot or gone to another authority before."""
        kind = "represented" if self.setting.represented else "individual"
        alive = self.uniform(f"{name} admissible") >= self.figure(f"inadmissible_{kind}")
        alive &= self.uniform(f"{name} amicable") >= self.figure(f"amicable_{kind}")
        yearly = self.figure("competence_shift_year")
        if shifts and not self.setting.established and yearly > 0:
            # A company that settles in the Union before the decision takes the matter from this authority.
            alive &= -np.log(np.maximum(self.uniform("competence shift"), 1e-12)) * 365 / yearly > decided["decision"]
        # A pause that lasts may end the matter for good.
        moot = (pause < decided["decision"]) & (self.uniform("moot") < self.figure("moot_after_pause"))
        found: Flags = alive & ~moot
        return found

    def told(self, case: Case, decided: Mapping[str, Vector], alive: Flags, pause: Vector, *, paid: bool) -> Told:
        """What happens before an authority of Europe; ``paid``: the money of the decision is told of it."""
        kind, name = "represented" if self.setting.represented else "individual", case.name
        inadmissible = self.uniform(f"{name} admissible") < self.figure(f"inadmissible_{kind}")
        amicable = ~inadmissible & (self.uniform(f"{name} amicable") < self.figure(f"amicable_{kind}"))
        day = {event: np.where(alive, decided[event], NEVER) for event in
               ("inquiry", "dispute", "decision", "upheld", "dismissed", "order", "ban", "fine", "reprimand")}
        rejected = self.days(f"{name} rejected", self._rejected(), self.figure("days_sigma"))
        day["inadmissible"] = np.where(inadmissible, rejected, NEVER)
        settled = self.days(f"{name} settled", *self.procedure.durations["amicable"].law())
        day["amicable"] = np.where(amicable, settled, NEVER)
        day["voluntary_pause"] = pause
        day["urgent_measure"] = self._urgent(name, pause, inadmissible)
        day["court_interim"] = self._court(pause)
        day["settled"] = np.full(self.draws, NEVER)
        return Told(day, np.where(alive, decided["money"], 0.0) if paid else np.zeros(self.draws))

    def _rejected(self) -> float:
        """Median of days to a rejection, by the rules of the day."""
        regime = self.setting.regime
        return self.figure("rejected_days_regulated" if regime and regime.nominal_days else "rejected_days")

    def _urgent(self, name: str, pause: Vector, inadmissible: Flags) -> Vector:
        if not self.setting.urgent:
            return np.full(self.draws, NEVER)
        p = self.figure("urgent_after_adverse" if self.setting.adverse else "urgent_measure")
        acts = self.correlated(f"{name} urgent", p, self.figure("urgent_correlation"), self.pressure)
        days = self.days(f"{name} urgent days", self.figure("urgent_days"), self.figure("days_sigma"))
        return np.where(acts & ~inadmissible & (days < pause), days, NEVER)

    def _court(self, pause: Vector) -> Vector:
        counted = self.procedure.counts["court_interim"]
        days = self.days("court days", *counted.days.law(self.setting.without))
        asked = self.uniform("court") < (counted.probability(self.setting.without) if self.setting.urgent else 0.0)
        return np.where(asked & (days < pause), days, NEVER)

    def american(self, case: Case) -> Told:
        """A proceeding in the United States: closed early, which decides nothing, or decided with money or without."""
        rules = self.procedure.american.get(case.kind, self.procedure.american["agency"])
        early = self.uniform(f"{case.name} early") < rules.early
        at = np.where(early, self.days(f"{case.name} early days", rules.early_days, self.figure("days_sigma")),
                      self.days(f"{case.name} days", rules.median, rules.sigma))
        pays = ~early & (self.uniform(f"{case.name} merits") < case.upheld) & (case.severity is not None)
        money = np.zeros(self.draws)
        if case.severity is not None:
            paid = np.flatnonzero(pays)
            money[paid] = case.severity.quantile(self.uniform(f"{case.name} amount")[paid])
        never = np.full(self.draws, NEVER)
        day = dict.fromkeys(EVENTS, never)
        day |= {"decision": np.where(early, NEVER, at), "settled": np.where(pays, at, NEVER),
                "dismissed": np.where(~pays, at, NEVER)}
        return Told(day, money)

