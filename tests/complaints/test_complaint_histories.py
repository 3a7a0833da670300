"""Joint histories: what forums share, what each draws for itself, and probabilities that are what the figures state."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from lexposure.complaints.histories import EVENTS, NEVER, Case, Histories, Setting, Told, histories
from lexposure.complaints.procedure import built_in
from lexposure.exposure.losses.severity import Severity, heavy, uncertain

DRAWS = 20_000
#: Three standard errors of a probability that is drawn so often, at the most.
NEAR = 3 * 0.5 / DRAWS**0.5
MONEY = heavy(6.0, 0.8, 4, 2e7)
PROCEDURE = built_in()
ELEVEN = PROCEDURE.sets["noyb-11"].forums


def setting(filed: str = "2026-06-01", **told: object) -> Setting:
    """A represented complaint without a lead about what has begun, unless told otherwise."""
    usual: dict[str, object] = {
        "represented": True, "urgent": False, "ahead": False, "adverse": False, "lead": None, "established": True,
        "regime": PROCEDURE.regime(dt.date.fromisoformat(filed))}
    return Setting(**(usual | told))  # type: ignore[arg-type]


LED = setting(lead="IE")


def case(code: str, route: str = "own", upheld: float = 0.6, severity: Severity | None = MONEY) -> Case:
    return Case(code, f"{code.lower()}-dpa", route, upheld, severity)


def eleven(lead: str | None = "IE", upheld: float = 0.6) -> tuple[Case, ...]:
    """The eleven forums under a lead, or each for itself."""
    return tuple(case(c, ("lead" if c == lead else "concerned") if lead else "own", upheld) for c in ELEVEN)


def drawn(cases: tuple[Case, ...], given: Setting, seed: int = 1) -> Histories:
    return histories(cases, given, PROCEDURE, DRAWS, seed)


def chance(flags: np.ndarray) -> float:
    return float(np.mean(flags))


def same(a: Told, b: Told) -> bool:
    return all(np.array_equal(a.day[e], b.day[e]) for e in EVENTS) and np.array_equal(a.money, b.money)


def median(days: np.ndarray) -> float:
    """The median of the days on which it happens, where it does."""
    return float(np.median(days[days < NEVER]))


# -- streams --------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_histories_and_another_seed_others() -> None:
    first, again, other = (drawn(eleven(), replace(LED, urgent=True), seed) for seed in (1, 1, 2))
    for name in first.forums:
        assert same(first.forums[name], again.forums[name])
        assert not np.array_equal(first.forums[name].day["decision"], other.forums[name].day["decision"])


def test_another_forum_leaves_what_the_others_draw_as_it_was() -> None:
    given = setting(urgent=True)
    few, more = drawn((case("AT"), case("PL")), given), drawn((case("SE"), case("AT"), case("BE"), case("PL")), given)
    for name in few.forums:
        assert same(few.forums[name], more.forums[name])


def test_under_a_lead_another_forum_changes_nothing_for_those_concerned() -> None:
    cases = eleven()
    few, more = (drawn(tuple(c for c in cases if c.code in codes), LED)
                 for codes in (("IE", "AT"), ("IE", "AT", "FR", "NO")))
    assert same(few.forums["at-dpa"], more.forums["at-dpa"])
    # The lead decides on whatever reaches it: more complaints, more histories with a decision, each on the same day.
    before, after = few.forums["ie-dpa"].day["decision"], more.forums["ie-dpa"].day["decision"]
    reached = before < NEVER
    assert np.array_equal(before[reached], after[reached])
    assert (after < NEVER).sum() > reached.sum()


def test_those_concerned_wait_for_the_lead_also_where_it_was_not_asked() -> None:
    asked, not_asked = drawn((case("IE", "lead"), case("AT", "concerned")), LED), drawn((case("AT", "concerned"),), LED)
    assert np.array_equal(asked.forums["at-dpa"].day["decision"], not_asked.forums["at-dpa"].day["decision"])
    assert not asked.forums["at-dpa"].money.any()
    assert not_asked.forums["at-dpa"].money.any()


def test_a_stronger_ground_changes_findings_and_no_date() -> None:
    weak, strong = (drawn((case("AT", upheld=p),), setting()).forums["at-dpa"] for p in (0.3, 0.8))
    assert np.array_equal(weak.day["decision"], strong.day["decision"])
    assert ((weak.day["upheld"] < NEVER) <= (strong.day["upheld"] < NEVER)).all()
    assert (strong.money >= weak.money).all()


# -- one lead -------------------------------------------------------------------------------------------------------------


def test_under_a_lead_there_is_one_decision_on_one_day_for_all_that_reach_it() -> None:
    found = drawn(eleven(), LED)
    days = np.array([t.day["decision"] for t in found.forums.values()])
    there = np.where(days < NEVER, days, np.nan)
    some = ~np.isnan(there).all(axis=0)
    assert chance(some) > 0.9
    assert (np.nanmax(there[:, some], axis=0) == np.nanmin(there[:, some], axis=0)).all()
    # A finding, too, is the lead's.
    for outcome in ("upheld", "fine", "ban", "dismissed"):
        says = np.array([t.day[outcome] < NEVER for t in found.forums.values()])
        decided = days < NEVER
        assert (~(says.any(axis=0) & (decided & ~says).any(axis=0))).all(), outcome


def test_under_a_lead_there_is_one_fine_and_never_money_before_two_forums() -> None:
    found = drawn(eleven(), LED)
    paid = np.array([t.money > 0 for t in found.forums.values()])
    assert paid.sum(axis=0).max() == 1
    assert [name for name, row in zip(found.forums, paid, strict=True) if row.any()] == ["ie-dpa"]


def test_a_led_forum_beside_one_of_its_own_is_money_before_two() -> None:
    found = drawn((case("IE", "lead"), case("AT", "concerned"), case("GB")), LED)
    assert chance((found.forums["ie-dpa"].money > 0) & (found.forums["gb-dpa"].money > 0)) > 0.1
    assert chance(found.forums["ie-dpa"].day["decision"] == found.forums["gb-dpa"].day["decision"]) < 0.5


def test_only_drafts_of_a_lead_go_before_the_board_and_before_the_decision() -> None:
    led, own = (drawn(eleven(lead), setting(lead=lead)).forums["ie-dpa"].day for lead in ("IE", None))
    disputed = led["dispute"] < NEVER
    assert chance(disputed[led["decision"] < NEVER]) == pytest.approx(PROCEDURE.figure("dispute"), abs=1.2 * NEAR)
    assert (led["dispute"][disputed] < led["decision"][disputed]).all()
    assert (own["dispute"] == NEVER).all()


def test_the_lead_decides_on_the_strongest_ground_that_anybody_brings() -> None:
    """Also where nobody whom it concerns lives in the lead's own state."""
    brought = drawn((case("IE", "lead", upheld=0.0), case("AT", "concerned", upheld=0.7)), LED).forums["ie-dpa"]
    decided = brought.day["decision"] < NEVER
    assert chance(brought.day["upheld"][decided] < NEVER) == pytest.approx(0.7, abs=1.2 * NEAR)
    assert brought.money.any()


# -- every authority for itself -------------------------------------------------------------------------------------------


def test_without_a_lead_each_decides_on_a_day_of_its_own() -> None:
    at, be = (t.day["decision"] for t in drawn((case("AT"), case("BE")), setting()).forums.values())
    both = (at < NEVER) & (be < NEVER)
    assert chance(both) > 0.5
    assert not (at[both] == be[both]).any()
    assert abs(np.corrcoef(np.log(at[both]), np.log(be[both]))[0, 1]) < 0.05


def test_without_a_lead_several_may_fine() -> None:
    money = np.array([t.money > 0 for t in drawn(eleven(None), setting()).forums.values()])
    assert money.sum(axis=0).max() > 5


def test_whether_a_fine_follows_is_each_authoritys_own_question() -> None:
    found = drawn((case("AT", upheld=1.0), case("BE", upheld=1.0)), setting()).forums
    upheld = np.logical_and.reduce([t.day["upheld"] < NEVER for t in found.values()])
    a, b = (t.day["fine"][upheld] < NEVER for t in found.values())
    assert chance(a & b) == pytest.approx(chance(a) * chance(b), abs=1.2 * NEAR)


@pytest.mark.parametrize("upheld", [0.3, 0.7])
def test_findings_go_together_without_being_one(upheld: float) -> None:
    found = drawn((case("AT", upheld=upheld), case("BE", upheld=upheld)), setting()).forums
    decided = np.logical_and.reduce([t.day["decision"] < NEVER for t in found.values()])
    a, b = (t.day["upheld"][decided] < NEVER for t in found.values())
    independent, certain = a.mean() * b.mean(), min(a.mean(), b.mean())
    assert independent + 2 * NEAR < chance(a & b) < certain - 2 * NEAR


def test_a_company_that_may_settle_in_the_union_is_decided_on_less_often() -> None:
    there, not_there = (drawn((case("AT"),), setting(established=x)).forums["at-dpa"].day["decision"] for x in (True, False))
    assert ((not_there < NEVER) <= (there < NEVER)).all()
    assert chance(not_there < NEVER) < chance(there < NEVER)


# -- urgency --------------------------------------------------------------------------------------------------------------

URGENT = replace(LED, urgent=True, ahead=True)


def test_a_pause_is_one_and_ends_urgency_everywhere() -> None:
    found = drawn(eleven(), URGENT)
    acted = 0
    for told in found.forums.values():
        assert told.day["voluntary_pause"] is found.pause
        for event in ("urgent_measure", "court_interim"):
            came = told.day[event] < NEVER
            acted += came.sum()
            assert (told.day[event][came] < found.pause[came]).all()
    assert acted > 100


def test_without_a_pause_more_authorities_act() -> None:
    found = drawn(eleven(), URGENT)
    paused = found.pause < NEVER
    acts = np.any([t.day["urgent_measure"] < NEVER for t in found.forums.values()], axis=0)
    assert chance(acts[~paused]) > 2 * chance(acts[paused])


@pytest.mark.parametrize("given", [LED, setting()], ids=["led", "own"])
def test_nobody_acts_urgently_who_was_not_asked_to(given: Setting) -> None:
    for told in drawn(eleven(given.lead), replace(given, ahead=True)).forums.values():
        assert (told.day["urgent_measure"] == NEVER).all()
        assert (told.day["court_interim"] == NEVER).all()


def test_an_authority_acts_sooner_on_what_was_found_unlawful_before() -> None:
    usual, adverse = (drawn(eleven(), replace(URGENT, adverse=x)).forums["at-dpa"].day["urgent_measure"]
                      for x in (False, True))
    assert chance(adverse < NEVER) > 4 * chance(usual < NEVER) > 0


def test_a_company_pauses_more_readily_what_has_not_begun() -> None:
    ahead, begun = (drawn(eleven(), replace(URGENT, ahead=x)).pause for x in (True, False))
    stated = PROCEDURE.counts["voluntary_pause"].probability()
    assert chance(ahead < NEVER) == pytest.approx(stated, abs=NEAR)
    assert chance(begun < NEVER) == pytest.approx(stated * PROCEDURE.figure("pause_starts_ahead"), abs=NEAR)


def test_authorities_act_urgently_together_more_often_than_by_chance() -> None:
    found = drawn(eleven(), replace(URGENT, adverse=True)).forums
    at, be = (found[name].day["urgent_measure"] < NEVER for name in ("at-dpa", "be-dpa"))
    assert chance(at & be) > 1.5 * chance(at) * chance(be)


# -- the rules of the day -------------------------------------------------------------------------------------------------


def test_a_complaint_of_the_day_of_the_procedural_regulation_is_decided_sooner_than_one_of_the_day_before() -> None:
    before, after = (drawn(eleven(), setting(day, lead="IE")).forums["ie-dpa"].day["decision"]
                     for day in ("2027-04-01", "2027-04-02"))
    assert median(after) < 0.75 * median(before)
    assert (after <= before).all()


def test_the_procedural_regulation_changes_nothing_where_nobody_leads() -> None:
    before, after = (drawn((case("AT"),), setting(day)).forums["at-dpa"] for day in ("2027-04-01", "2027-04-02"))
    assert np.array_equal(before.day["decision"], after.day["decision"])
    assert median(after.day["inadmissible"]) < median(before.day["inadmissible"])


def test_the_lead_takes_longer_than_authorities_on_their_own() -> None:
    assert median(drawn(eleven(), LED).forums["ie-dpa"].day["decision"]) > 1.5 * median(
        drawn((case("GB"),), setting()).forums["gb-dpa"].day["decision"])


# -- what a decision says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lead", "name"), [("IE", "ie-dpa"), (None, "pl-dpa")], ids=["led", "own"])
def test_a_decision_upholds_or_dismisses_and_what_follows_lies_within(lead: str | None, name: str) -> None:
    told = drawn(eleven(lead), setting(lead=lead)).forums[name]
    on = {event: told.day[event] < NEVER for event in EVENTS}
    assert np.array_equal(on["upheld"] | on["dismissed"], on["decision"])
    assert not (on["upheld"] & on["dismissed"]).any()
    for inner, outer in (("ban", "order"), ("order", "upheld"), ("fine", "upheld"), ("reprimand", "upheld")):
        assert (on[inner] <= on[outer]).all(), inner
        assert on[inner].any(), inner
    assert not (on["reprimand"] & (on["fine"] | on["order"])).any()
    assert np.array_equal(on["upheld"], on["fine"] | on["order"] | on["reprimand"])
    assert np.array_equal(told.money > 0, on["fine"])
    assert not on["settled"].any()
    for event in ("upheld", "dismissed", "order", "ban", "fine", "reprimand"):
        assert np.array_equal(told.day[event][on[event]], told.day["decision"][on[event]])
    assert (told.day["inquiry"][on["decision"]] < told.day["decision"][on["decision"]]).all()


def test_a_complaint_that_was_rejected_or_settled_is_not_decided_on() -> None:
    told = drawn((case("AT"),), setting()).forums["at-dpa"]
    over = (told.day["inadmissible"] < NEVER) | (told.day["amicable"] < NEVER)
    assert 0 < chance(over) < 1
    assert not (told.day["decision"][over] < NEVER).any()
    assert not ((told.day["inadmissible"] < NEVER) & (told.day["amicable"] < NEVER)).any()


@pytest.mark.parametrize("upheld", [0.0, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize(("lead", "name"), [("IE", "ie-dpa"), (None, "at-dpa")], ids=["led", "own"])
def test_a_decision_upholds_as_often_as_the_ground_is_likely_to_be_made_out(
    upheld: float, lead: str | None, name: str
) -> None:
    told = drawn(eleven(lead, upheld), setting(lead=lead)).forums[name]
    decided = told.day["decision"] < NEVER
    assert chance(told.day["upheld"][decided] < NEVER) == pytest.approx(upheld, abs=1.2 * NEAR)


def test_what_follows_a_finding_is_as_probable_as_the_figures_state() -> None:
    told = drawn((case("AT", upheld=1.0),), setting()).forums["at-dpa"]
    upheld = told.day["upheld"] < NEVER
    order = told.day["order"] < NEVER
    assert chance(told.day["fine"][upheld] < NEVER) == pytest.approx(PROCEDURE.figure("fine_given_upheld"), abs=1.2 * NEAR)
    assert chance(order[upheld]) == pytest.approx(PROCEDURE.figure("order_given_upheld"), abs=1.2 * NEAR)
    assert chance(told.day["ban"][order] < NEVER) == pytest.approx(PROCEDURE.figure("ban_given_order"), abs=1.5 * NEAR)


@pytest.mark.parametrize(("represented", "kind"), [(True, "represented"), (False, "individual")])
def test_complaints_fall_away_as_the_figures_state_for_who_complains(represented: bool, kind: str) -> None:
    told = drawn((case("AT"),), setting(represented=represented)).forums["at-dpa"]
    rejected, settled = PROCEDURE.figure(f"inadmissible_{kind}"), PROCEDURE.figure(f"amicable_{kind}")
    assert chance(told.day["inadmissible"] < NEVER) == pytest.approx(rejected, abs=NEAR)
    assert chance(told.day["amicable"] < NEVER) == pytest.approx((1 - rejected) * settled, abs=NEAR)
    reached = (1 - rejected) * (1 - settled)
    assert chance(told.day["decision"] < NEVER) <= reached + NEAR
    assert chance(told.day["decision"] < NEVER) > 0.9 * reached


# -- money ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", [
    heavy(7, 1.0, 4, 2e7), uncertain(1e5, 1e6, 1e8, 3e6), Severity(6.5, 0.9, 0.9, 4, 1e7, reduced=0.3, kept=0.5),
], ids=["heavy", "split", "reduced"])
@pytest.mark.parametrize("lead", ["IE", None], ids=["led", "own"])
def test_no_fine_exceeds_what_the_law_allows(severity: Severity, lead: str | None) -> None:
    """Also where the Board raises it."""
    cases = tuple(replace(c, severity=severity) for c in eleven(lead))
    most = max(t.money.max() for t in drawn(cases, setting(lead=lead)).forums.values())
    assert 0.9 * severity.ceiling < most <= severity.ceiling


def test_where_no_amount_is_known_there_is_no_fine_but_a_reprimand() -> None:
    told = drawn((case("AT", severity=None),), setting()).forums["at-dpa"]
    assert not told.money.any()
    assert (told.day["fine"] == NEVER).all()
    assert (told.day["reprimand"] < NEVER).any()


# -- the United States ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["court", "attorney_general", "agency", "labour_authority"])
def test_a_matter_in_the_united_states_ends_in_money_or_without(kind: str) -> None:
    told = drawn((Case("US-CA", "forum", "own", 0.5, MONEY, kind),), URGENT).forums["forum"]
    rules = PROCEDURE.american[kind]
    # What is closed early was not decided.
    assert chance(told.day["decision"] < NEVER) == pytest.approx(1 - rules.early, abs=NEAR)
    assert (told.day["dismissed"] < NEVER)[told.day["decision"] == NEVER].all()
    paid = told.day["settled"] < NEVER
    assert np.array_equal(paid, told.money > 0)
    assert np.array_equal(paid, told.day["dismissed"] == NEVER)
    assert chance(paid) == pytest.approx((1 - rules.early) * 0.5, abs=NEAR)
    assert median(told.day["settled"]) == pytest.approx(rules.median, rel=0.05)
    for event in ("upheld", "fine", "ban", "urgent_measure", "voluntary_pause"):
        assert (told.day[event] == NEVER).all(), event


def test_a_matter_in_the_united_states_leaves_europe_as_it_was() -> None:
    class_action = Case("US-CA", "court", "own", 0.5, MONEY, "court")
    alone, beside = drawn(eleven(), URGENT), drawn((*eleven(), class_action), URGENT)
    assert all(same(told, beside.forums[name]) for name, told in alone.forums.items())


def test_the_order_in_which_forums_are_named_changes_nothing() -> None:
    at, be = (Case(code, f"{code}-authority", "concerned", 0.5, MONEY) for code in ("AT", "BE"))
    one, other = drawn((at, be), URGENT), drawn((be, at), URGENT)
    assert all(same(told, other.forums[name]) for name, told in one.forums.items())
