"""What must come out for the samples: the eleven complaints of June 2024, and recorded staff on both sides of the ocean.

The JSON of these complaints has the documented shape, and its figures do not contradict each other.
"""

import datetime as dt
import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lexposure.complaints.complaint import GROUNDS, Complaint, Outlook, Request, as_dict, complain
from lexposure.complaints.filing import codes
from lexposure.complaints.procedure import built_in
from lexposure.exposure.assess import weighed
from lexposure.exposure.losses.matters import Priceable
from lexposure.law.packs import load
from lexposure.program.model import Program
from lexposure.program.reading import read_program

SAMPLES = Path(__file__).parents[2] / "samples"
NOYB, BASE, ROLLOUT = "noyb-meta-ai-2024/program.yaml", "meta-mci/program.yaml", "meta-mci/eu-rollout.yaml"
FILED = dt.date(2024, 6, 6)
DATES = ["3 months", "1 year", "3 years", "5 years", "10 years"]
NEAR = 0.012


@cache
def assessed(file: str, phase: str | None) -> tuple[Program, Priceable, dt.date]:
    reading = read_program(SAMPLES / file, phase=phase)
    return reading.program, weighed(reading, load()), reading.as_of


@cache
def complaint(
    file: str, forums: str, *, phase: str | None = None, filed: dt.date | None = None, by: str = "represented",
    urgent: bool = True, years: int = 5, seed: int = 0,
) -> Complaint:
    program, given, as_of = assessed(file, phase)
    wanted = codes(forums, load(), built_in(), program)
    return complain(given, program, wanted, Request(by, filed or as_of, urgent, years * 365, 20_000, seed), built_in())


def noyb(**how: Any) -> Complaint:
    return complaint(NOYB, "noyb-11", phase="announced", filed=FILED, **how)


def by_code(c: Complaint) -> dict[str, Outlook]:
    return {o.filing.code: o for o in c.forums}


ALL = [
    pytest.param(lambda: noyb(), id="noyb"),
    pytest.param(lambda: complaint(BASE, "noyb-11"), id="colleagues"),
    pytest.param(lambda: complaint(ROLLOUT, "noyb-11"), id="roll-out"),
    pytest.param(lambda: complaint(BASE, "GB,IE,US-CA,US"), id="both-sides"),
]


# -- the shape ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", ALL)
def test_the_json_has_the_documented_shape(made: Any) -> None:
    found = json.loads(json.dumps(as_dict(made())))
    assert {"filed", "lead", "forums", "joint", "priors"} <= set(found)
    dt.date.fromisoformat(found["filed"])
    assert found["lead"] is None or isinstance(found["lead"], str)
    for forum in found["forums"]:
        assert {"code", "authority", "standing", "route", "grounds", "outcomes", "by_date", "days", "loss"} <= set(forum)
        assert forum["code"]
        assert forum["authority"]
        assert forum["route"] in ("lead", "concerned", "local", "own")
        assert forum["standing"]["holds"] in (True, False, None)
        assert 0 < len(forum["grounds"]) <= GROUNDS
        assert forum["grounds_in_all"] >= len(forum["grounds"])
        for ground in forum["grounds"]:
            assert {"provision", "citation", "finding", "status", "probability"} <= set(ground)
            assert ground["status"] in ("breach", "arguable", "unknown")
        for days in forum["days"].values():
            assert {"p10", "p50", "p90"} <= set(days)
            assert 0 <= days["p10"] <= days["p50"] <= days["p90"] <= found["horizon_days"]
        assert {"mean", "p50", "p90", "p95"} <= set(forum["loss"])
        assert 0 <= forum["loss"]["p50"] <= forum["loss"]["p90"] <= forum["loss"]["p95"]
        assert list(forum["by_date"]) == DATES
    for prior in found["priors"]:
        assert {"id", "value", "origin", "text"} <= set(prior)


@pytest.mark.parametrize("made", ALL)
def test_probabilities_are_probabilities_and_never_fall_with_time(made: Any) -> None:
    c = made()
    for o in c.forums:
        for p in (*o.outcomes.values(), *(g.probability for g in o.filing.grounds), *c.joint.values()):
            assert 0 <= p <= 1
        for event in o.by_date["1 year"]:
            for before, after in pairwise(DATES):
                assert o.by_date[before][event] <= o.by_date[after][event], event
        # The horizon is five years, and so is one of the dates.
        assert o.outcomes["decision"] == pytest.approx(o.by_date["5 years"]["decision"], abs=2e-3)
        # Whatever happens has days, and only that.
        assert {e for e, p in o.outcomes.items() if p > 0 and e != "nothing"} <= set(o.days)


@pytest.mark.parametrize("made", ALL)
def test_a_decision_somewhere_is_no_less_probable_than_anywhere_in_particular(made: Any) -> None:
    c = made()
    for date in DATES:
        somewhere = c.joint[f"any_decision_within_{date.replace(' ', '_')}"]
        each = [o.by_date[date]["decision"] for o in c.forums]
        assert max(each) <= somewhere <= min(1, sum(each)) + 1e-3
    assert c.joint["any_upheld"] >= max(o.outcomes["upheld"] for o in c.forums)
    assert c.joint["any_ban"] >= max(o.outcomes["ban"] for o in c.forums)
    assert c.joint["any_fine_or_payment"] >= max(max(o.outcomes["fine"], o.outcomes["settled"]) for o in c.forums)
    assert c.joint["no_decision_anywhere"] == pytest.approx(1 - c.joint["any_decision_within_5_years"], abs=2e-3)


@pytest.mark.parametrize("made", ALL)
def test_an_interim_stop_a_decision_and_liability_stay_three_figures(made: Any) -> None:
    j = made().joint
    stop = j["interim_stop_within_3_months"]
    assert stop >= max(j["voluntary_pause_within_3_months"], j["urgent_measure_within_3_months"])
    assert {"any_decision_within_3_years", "any_upheld", "any_fine_or_payment"} <= set(j)
    # An interim stop says nothing on the merits, and comes long before.
    assert stop > j["any_decision_within_3_months"]


def test_the_same_complaint_is_the_same_to_the_byte_and_another_seed_is_near() -> None:
    first, again = (json.dumps(as_dict(complaint.__wrapped__(NOYB, "noyb-11", phase="announced", filed=FILED)))
                    for _ in range(2))
    assert first == again
    a, b = noyb(), noyb(seed=1)
    assert a.joint != b.joint
    assert all(a.joint[name] == pytest.approx(b.joint[name], abs=2 * NEAR) for name in a.joint)


def test_who_complains_changes_whether_it_is_heard_and_not_what_is_pleaded() -> None:
    body, person = by_code(noyb()), by_code(noyb(by="data_subject"))
    for code in body:
        assert body[code].filing.grounds == person[code].filing.grounds
        assert person[code].outcomes["amicable"] > 5 * body[code].outcomes["amicable"]
        assert person[code].outcomes["inadmissible"] > body[code].outcomes["inadmissible"]
    assert person["AT"].outcomes["decision"] < body["AT"].outcomes["decision"]


# -- the eleven complaints of June 2024 -----------------------------------------------------------------------------------


def test_ireland_leads_and_the_ten_others_are_concerned() -> None:
    c = noyb()
    assert (c.competence.lead, c.request.filed) == ("IE", FILED)
    routes = {code: o.filing.route for code, o in by_code(c).items()}
    assert routes == {code: "lead" if code == "IE" else "concerned" for code in built_in().sets["noyb-11"].forums}
    assert c.regime is not None
    assert c.regime.id == "gdpr"


def test_what_happened_to_the_eleven_complaints_is_not_improbable() -> None:
    """Meta paused after eight days; no authority acted under article 66; none had decided by November 2026."""
    j = noyb().joint
    assert j["voluntary_pause_within_3_months"] > 0.05
    assert 1 - j["urgent_measure_within_3_months"] > 0.05
    until = complaint(NOYB, "noyb-11", phase="announced", filed=FILED, years=2).joint["no_decision_anywhere"]
    later = complaint(NOYB, "noyb-11", phase="announced", filed=FILED, years=3).joint["no_decision_anywhere"]
    assert 0.05 < later <= until < 1


#: What the complaints plead and the packs state (see tests/samples/test_noyb_meta_ai.py).
PLEADED = (
    "5-1-b", "5-1-c", "5-1-e", "5-2", "6-1-f-training", "6-4", "9-1-training", "12-1", "12-2", "13", "17", "18-1-d", "19",
    "21", "25-1", "25-2")


@pytest.mark.parametrize("code", ["AT", "IE", "NO"])
def test_whatever_was_pleaded_is_a_ground(code: str) -> None:
    grounds = by_code(noyb())[code].filing.grounds
    assert {f"gdpr-{article}" for article in PLEADED} <= {g.finding.rule.id for g in grounds}
    assert any(f"users-{code.lower()}" in g.finding.populations for g in grounds)


def test_the_fine_is_told_of_the_lead_and_of_nobody_else() -> None:
    c = noyb()
    assert {code for code, o in by_code(c).items() if o.loss["mean"]} == {"IE"}
    assert c.joint["fines_or_payments_before_two_or_more"] == 0


def test_without_urgency_nobody_acts_urgently() -> None:
    c = noyb(urgent=False)
    assert c.joint["urgent_measure_within_3_months"] == 0
    assert all(o.outcomes["urgent_measure"] == o.outcomes["court_interim"] == 0 for o in c.forums)
    assert c.joint["voluntary_pause_within_3_months"] < noyb().joint["voluntary_pause_within_3_months"]


def test_filed_under_the_procedural_regulation_more_is_decided_within_three_years() -> None:
    before, after = (complaint(NOYB, "noyb-11", phase="announced", filed=dt.date.fromisoformat(day))
                     for day in ("2027-04-01", "2027-04-02"))
    assert [c.regime.id if c.regime else None for c in (before, after)] == ["gdpr", "procedural-regulation"]
    assert after.joint["any_decision_within_3_years"] > before.joint["any_decision_within_3_years"] + 0.2


def test_what_was_found_unlawful_before_makes_urgent_measures_likelier() -> None:
    program, given, _ = assessed(NOYB, "announced")
    before = next(iter(program.facts.values())).model_copy(update={"fact": "earlier_infringements", "value": "yes"})
    request = Request("represented", FILED, True, 1825, 20_000, 0)
    changed = complain(given, program.model_copy(update={"facts": {**program.facts, "before": before}}), ("AT", "IE"),
                       request, built_in())
    assert changed.joint["urgent_measure_within_3_months"] > 4 * complain(
        given, program, ("AT", "IE"), request, built_in()).joint["urgent_measure_within_3_months"] > 0


def test_what_has_begun_is_less_readily_paused() -> None:
    """Recording began on 21 April 2026."""
    before, after = (complaint(BASE, "IE", filed=dt.date.fromisoformat(day)).joint["voluntary_pause_within_3_months"]
                     for day in ("2026-04-20", "2026-04-21"))
    assert before > 2 * after > 0


# -- recorded staff -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [BASE, ROLLOUT])
def test_the_eleven_can_be_complained_to_about_recorded_staff(file: str) -> None:
    c = complaint(file, "noyb-11")
    assert len(c.forums) == 11
    assert c.competence.lead == "IE"
    assert all(o.filing.standing.holds for o in c.forums)
    assert all(o.filing.grounds for o in c.forums)


def test_colleagues_complain_of_their_messages_and_staff_of_being_recorded() -> None:
    base, rollout = (by_code(complaint(f, "noyb-11"))["AT"].filing for f in (BASE, ROLLOUT))
    assert "staff-at" not in base.standing.people
    assert "staff-at" in rollout.standing.people
    assert "place of the alleged infringement" in rollout.standing.links
    assert "place of the alleged infringement" not in base.standing.links
    assert {g.finding.rule.id for g in base.grounds} < {g.finding.rule.id for g in rollout.grounds}
    assert any(g.finding.rule.id.startswith("at-") for g in rollout.grounds)


def test_rolling_out_to_europe_costs_more_before_the_lead_and_is_upheld_more_often() -> None:
    base, rollout = (by_code(complaint(f, "noyb-11"))["IE"] for f in (BASE, ROLLOUT))
    assert rollout.loss["mean"] > 1.2 * base.loss["mean"] > 0
    assert rollout.outcomes["upheld"] > base.outcomes["upheld"] + 0.05


def test_those_concerned_expect_what_the_lead_expects_where_it_was_not_asked() -> None:
    lead, concerned = (complaint(BASE, code).forums[0] for code in ("IE", "AT"))
    assert concerned.loss["mean"] == pytest.approx(lead.loss["mean"], rel=0.1)
    assert concerned.outcomes["upheld"] == pytest.approx(lead.outcomes["upheld"], abs=2 * NEAR)


def test_recorded_staff_are_no_consumers() -> None:
    c = complaint(ROLLOUT, "noyb-11", by="consumer_body")
    assert {o.filing.standing.holds for o in c.forums} == {False}


def test_the_united_states_side_is_told_on_the_same_timeline() -> None:
    c = complaint(BASE, "US-CA,US")
    kinds = {(o.filing.code, o.filing.authority.kind) for o in c.forums}
    assert {("US-CA", "court"), ("US-CA", "attorney_general"), ("US", "court"), ("US", "agency")} <= kinds
    assert {"us-ca-cppa", "us-ftc"} <= {o.filing.forum for o in c.forums}
    for o in c.forums:
        assert list(o.by_date) == DATES
        assert o.filing.route == "own"
        assert o.outcomes["upheld"] == o.outcomes["fine"] == o.outcomes["urgent_measure"] == 0
        # What is closed early ends without money and without a decision.
        assert o.outcomes["settled"] <= o.outcomes["decision"] <= o.outcomes["settled"] + o.outcomes["dismissed"] + 2e-4
    court = next(o for o in c.forums if o.filing.forum == "us-ca-court")
    assert court.loss["mean"] > 0
    assert c.joint["any_fine_or_payment"] >= max(o.outcomes["settled"] for o in c.forums) > 0
    assert c.joint["fines_or_payments_before_two_or_more"] > 0


def test_both_sides_together_are_what_each_is_alone() -> None:
    together = {o.filing.forum: o for o in complaint(BASE, "GB,IE,US-CA,US").forums}
    for o in complaint(BASE, "US-CA,US").forums:
        assert together[o.filing.forum].loss == o.loss
        assert together[o.filing.forum].by_date == o.by_date
    assert together["gb-dpa"].filing.route == "own"
    assert together["gb-dpa"].loss["mean"] > 0
