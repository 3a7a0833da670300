"""The model against waves that happened: nothing observed is improbable, and a wave is predicted without its own cases."""

import datetime as dt
from dataclasses import asdict
from functools import cache

import pytest

from lexposure.complaints.procedure import Procedure, built_in
from lexposure.complaints.waves import Check, checks

DRAWS = 20_000


@cache
def checked() -> tuple[Check, ...]:
    return checks(built_in(), DRAWS)


def told(procedure: Procedure, wave: str) -> list[dict[str, object]]:
    """What is told of one wave, the others being left alone."""
    alone = procedure.model_copy(update={"waves": {wave: procedure.waves[wave]}})
    return [asdict(c) for c in checks(alone, DRAWS)]


def with_days(name: str, wave: str, days: float) -> Procedure:
    """The procedure, the cases of a wave in a duration having taken so long."""
    procedure = built_in()
    duration = procedure.durations[name]
    cases = tuple(c.model_copy(update={"days": days}) if c.wave == wave else c for c in duration.cases)
    assert cases != duration.cases
    changed = {**procedure.durations, name: duration.model_copy(update={"cases": cases})}
    return procedure.model_copy(update={"durations": changed})


def test_every_wave_is_checked() -> None:
    assert {c.wave for c in checked()} == set(built_in().waves)
    assert all(0 <= c.probability <= 1 for c in checked())


def test_nothing_that_was_observed_is_improbable_under_the_model() -> None:
    assert [(c.wave, c.text, c.probability) for c in checked() if not c.seen and c.probability <= 0.05] == []


def test_what_a_figure_was_chosen_for_is_no_check() -> None:
    assert {c.wave for c in checked() if c.seen} == {"transfers-101"}
    chosen = next(c for c in checked() if c.seen)
    assert "21%" in chosen.text
    assert chosen.observed == "14% to 28%"


def test_a_figure_chosen_for_another_wave_makes_that_one_no_check() -> None:
    procedure = built_in()
    figure = procedure.figures["urgent_measure"].model_copy(update={"chosen_for": "grok-2024"})
    changed = procedure.model_copy(update={"figures": {**procedure.figures, "urgent_measure": figure}})
    assert {c.wave for c in checks(changed, 2_000) if c.seen} == {"grok-2024", "transfers-101"}


def test_the_days_of_a_wave_do_not_reach_its_own_prediction_but_those_of_others() -> None:
    changed = with_days("strategic_cross_border", "forced-consent", 20_000)
    assert told(changed, "forced-consent") == told(built_in(), "forced-consent")
    assert told(changed, "meta-ai-2024") != told(built_in(), "meta-ai-2024")


def test_the_days_of_another_wave_do_reach_a_prediction() -> None:
    changed = with_days("strategic_cross_border", "uber-drivers", 20_000)
    assert told(changed, "forced-consent") != told(built_in(), "forced-consent")


@pytest.mark.parametrize("wave", ["meta-ai-2024", "grok-2024"])
def test_what_a_wave_counted_does_not_reach_its_own_prediction(wave: str) -> None:
    procedure = built_in()
    counted = procedure.counts["voluntary_pause"]
    waves = tuple(w.model_copy(update={"happened": 100, "of": 100}) if w.wave == wave else w for w in counted.waves)
    changed = procedure.model_copy(update={"counts": {
        **procedure.counts, "voluntary_pause": counted.model_copy(update={"waves": waves})}})
    assert told(changed, wave) == told(procedure, wave)
    other = {"meta-ai-2024": "grok-2024", "grok-2024": "meta-ai-2024"}[wave]
    assert told(changed, other) != told(procedure, other)


def test_what_did_not_happen_would_have_been_improbable_where_it_was() -> None:
    """The checks can fail: a decision within months would have been next to impossible."""
    procedure = built_in()
    wave = procedure.waves["forced-consent"]
    early = wave.model_copy(update={"observed": wave.observed.model_copy(update={"first_decision": 90})})
    check, = checks(procedure.model_copy(update={"waves": {"forced-consent": early}}), DRAWS)
    assert check.probability < 0.05


def test_waiting_longer_without_a_decision_is_less_probable() -> None:
    wave = built_in().waves["meta-ai-2024"]
    now, then = (next(c.probability for c in checks(built_in().model_copy(update={"waves": {"meta-ai-2024": w}}), DRAWS)
                      if "decision" in c.text)
                 for w in (wave, wave.model_copy(update={"until": dt.date(2036, 6, 6)})))
    assert then < 0.2 < now
