"""The procedure: durations from dated cases, counted events, the rules of the day, and figures that tell their origin."""

import datetime as dt
import math
import statistics

import pytest

from lexposure.complaints.complaint import priors
from lexposure.complaints.procedure import Counted, DatedCase, Duration, Happened, Prior, built_in
from lexposure.law.packs import load

CASES = (("a", 200.0), ("a", 300.0), ("b", 450.0), ("c", 1500.0))


def duration(*cases: tuple[str, float]) -> Duration:
    """A duration of dated cases, each of a wave."""
    return Duration(cases=tuple(DatedCase(wave=wave, days=days) for wave, days in cases))


def spread(*days: float) -> float:
    """The standard deviation of logarithms, widened for how few there are."""
    return statistics.stdev(math.log(x) for x in days) * math.sqrt(1 + 1 / len(days))


# -- durations ------------------------------------------------------------------------------------------------------------


def test_a_duration_is_the_geometric_mean_of_its_cases_and_their_spread_with_an_allowance_for_how_few_they_are() -> None:
    median, sigma = duration(*CASES).law()
    assert median == pytest.approx(statistics.geometric_mean([200, 300, 450, 1500]))
    assert sigma == pytest.approx(spread(200, 300, 450, 1500))


def test_a_wave_is_left_out_with_all_its_cases() -> None:
    median, sigma = duration(*CASES).law("a")
    assert median == pytest.approx(statistics.geometric_mean([450, 1500]))
    assert sigma == pytest.approx(spread(450, 1500))
    assert duration(*CASES).law("nothing of the kind") == duration(*CASES).law()


def test_cases_that_happen_to_agree_do_not_make_a_duration_certain() -> None:
    assert duration(("a", 100), ("b", 100)).law() == pytest.approx((100, 0.2 * math.sqrt(1.5)))
    assert duration(("a", 100)).law() == pytest.approx((100, 0.2 * math.sqrt(2)))


def test_more_cases_of_the_same_spread_are_worth_a_narrower_duration() -> None:
    few, many = (duration(*[("w", x) for x in (100.0, 400.0) * n]).law()[1] for n in (1, 10))
    assert many < few


def test_a_duration_without_cases_is_as_stated() -> None:
    assert Duration(median=489, sigma=0.76).law() == (489, 0.76)
    assert Duration(cases=(DatedCase(wave="a", days=10),), median=489, sigma=0.76).law("a") == (489, 0.76)


def test_cross_border_cases_of_a_lead_take_years_and_longer_than_those_without_one() -> None:
    laws = built_in().durations
    assert laws["strategic_cross_border"].law()[0] > 2 * laws["no_one_stop_shop"].law()[0] > 365


# -- counted events -------------------------------------------------------------------------------------------------------


def test_an_event_is_counted_over_the_waves_beside_what_was_thought_before() -> None:
    counted = Counted(text="it rains", days=Duration(median=1, sigma=1), prior=Prior(happened=1, of=2), waves=(
        Happened(wave="a", happened=3, of=3), Happened(wave="b", happened=0, of=5)))
    assert counted.probability() == pytest.approx((1 + 3 + 0) / (2 + 3 + 5))
    assert counted.probability("a") == pytest.approx(1 / (2 + 5))
    assert counted.probability("b") == pytest.approx((1 + 3) / (2 + 3))


def test_a_wave_in_which_it_happened_makes_it_likelier_and_one_in_which_it_did_not_less_likely() -> None:
    pause = built_in().counts["voluntary_pause"]
    for wave in pause.waves:
        assert (pause.probability() > pause.probability(wave.wave)) == (wave.happened == wave.of), wave.wave


# -- the rules of the day -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("filed", "rules"), [
    ("2018-05-24", None), ("2018-05-25", "gdpr"), ("2027-04-01", "gdpr"), ("2027-04-02", "procedural-regulation"),
    ("2031-01-01", "procedural-regulation"),
])
def test_the_rules_are_those_of_the_day_of_the_complaint(filed: str, rules: str | None) -> None:
    found = built_in().regime(dt.date.fromisoformat(filed))
    assert (found.id if found else None) == rules


def test_only_the_procedural_regulation_has_periods() -> None:
    periods = {r.id: (r.nominal_days, r.longest_days) for r in built_in().regimes}
    # Six weeks, six weeks and fifteen months; then up to twelve months more.
    assert periods == {"gdpr": (None, None), "procedural-regulation": (540, 905)}


# -- where figures come from ----------------------------------------------------------------------------------------------


def test_every_figure_lies_in_its_range_and_says_where_it_comes_from() -> None:
    for name, figure in built_in().figures.items():
        assert figure.low <= figure.value <= figure.high, name
        assert figure.origin in ("empirical", "statutory", "judgement"), name
        # What is measured names by whom.
        assert figure.origin != "empirical" or figure.source, name


def test_every_figure_in_force_is_told_with_its_origin() -> None:
    procedure, told = built_in(), list(priors(built_in()))
    ids = [p["id"] for p in told]
    assert len(ids) == len(set(ids))
    assert set(procedure.figures) | set(procedure.counts) <= set(ids)
    assert {f"duration_{x}" for x in procedure.durations} | {f"american_{x}" for x in procedure.american} <= set(ids)
    for p in told:
        assert p["origin"] in ("empirical", "statutory", "judgement"), p["id"]
        assert p["text"], p["id"]


def test_a_computed_duration_has_cases_and_a_stated_one_says_on_what_it_rests() -> None:
    for name, d in built_in().durations.items():
        assert d.cases or (d.median and d.sigma), name
        assert d.cases or d.origin == "judgement" or d.source, name


def test_a_figure_that_was_chosen_for_a_wave_names_a_wave() -> None:
    procedure = built_in()
    chosen = {f.chosen_for for f in procedure.figures.values() if f.chosen_for}
    assert chosen == {"transfers-101"}
    assert chosen <= set(procedure.waves)


def test_the_forums_of_waves_and_sets_are_places_with_an_authority() -> None:
    procedure, law = built_in(), load()
    with_authority = {place for place, f in law.forums.values() if f.kind == "supervisory_authority"}
    for name, wave in procedure.waves.items():
        assert set(wave.forums) <= with_authority, name
        assert wave.lead is None or wave.lead in with_authority, name
        assert wave.filed < wave.until, name
    for name, named in procedure.sets.items():
        assert set(named.forums) <= with_authority, name
        assert len(named.forums) == len(set(named.forums)), name
    assert {name: len(s.forums) for name, s in procedure.sets.items()} == {"noyb-11": 11, "grok-9": 9}
    assert set(procedure.pace) | set(procedure.deadlines) <= with_authority


def test_the_cases_behind_a_forecast_of_norway_are_norways_and_not_a_refusal() -> None:
    """YAML reads an unquoted NO as a refusal."""
    procedure = built_in()
    assert "NO" in procedure.sets["noyb-11"].forums
    assert "NO" in procedure.pace


def test_days_of_a_pause_are_computed_without_the_wave_that_is_predicted() -> None:
    days = built_in().counts["voluntary_pause"].days
    assert days.law()[0] == pytest.approx(4)
    assert days.law("meta-ai-2024")[0] == pytest.approx(2)
    # Few cases widen the spread beyond what is stated.
    assert days.law("meta-ai-2024")[1] == pytest.approx(0.8 * 2**0.5)
