"""The score and the shares: on the scale itself, and on two programs to which a breach or a safeguard is added."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexposure.exposure.assess import assess
from lexposure.exposure.losses.notes import Losses
from lexposure.exposure.losses.score import score
from lexposure.law.packs import load
from lexposure.program.reading import read_program

_EU = """\
lexposure: 1
program: {id: eu, name: EU, as_of: 2026-06-01, started: 2025-09-01}
sources: {S: {title: Books}}
groups: {g: {turnover: {likely: 80000000, currency: EUR, year: 2025, kind: reported, source: S}}}
parties: {firm: {role: controller, seat: DE, establishments: [DE], group: g, public_body: no, main_establishment: yes}}
populations:
  staff: {kind: employee, place: DE, of: firm, count: {low: 300, likely: 400, high: 500, kind: estimated}}
  buyers: {kind: consumer, place: FR, count: {low: 20000, likely: 30000, high: 60000, kind: estimated}}
systems:
  recorder: {operator: firm, place: DE}
  shop: {operator: firm, place: DE}
uses:
  improve: {at: recorder, purpose: product_analytics, basis: legitimate_interests}
  sell: {at: shop, purpose: advertising, basis: unknown}
flows:
  capture: {from: staff, to: recorder, data: [keystrokes, email_content]}
  orders: {from: buyers, to: shop, data: [purchase_history, contact_details]}
"""
_CALIFORNIA = """\
lexposure: 1
program: {id: ca, name: CA, as_of: 2026-06-01, started: 2025-09-01}
sources: {S: {title: Books}}
groups: {g: {turnover: {likely: 90000000, currency: USD, year: 2025, kind: reported, source: S}}}
parties: {firm: {role: controller, seat: US-CA, establishments: [US-CA], group: g, public_body: no}}
populations:
  staff: {kind: employee, place: US-CA, of: firm, count: {low: 700, likely: 800, high: 900, kind: estimated}}
  buyers: {kind: consumer, place: US-CA, count: {low: 100000, likely: 150000, high: 250000, kind: estimated}}
systems:
  store: {operator: firm, place: US-CA}
uses:
  train: {at: store, purpose: ai_training}
flows:
  capture: {from: staff, to: store, data: [keystrokes, email_content]}
  chats: {from: buyers, to: store, data: [message_content, voice_recordings]}
facts:
  business: {fact: does_business_in, on: {party: firm}, value: [US-CA]}
  entity: {fact: exempt_entity, on: {party: firm}, value: no}
"""
PROGRAMS = {"eu": _EU, "us-ca": _CALIFORNIA}


@cache
def _law() -> Any:
    return load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


@cache
def _losses(folder: Path, program: str, more: str) -> Losses:
    path = folder / f"{program}.yaml"
    path.write_text(PROGRAMS[program], encoding="utf-8")
    laid = folder / "laid.yaml"
    laid.write_text(f"lexposure: 1\nextends: {path}\n{more}\n", encoding="utf-8")
    return assess(read_program(laid if more else path), _law()).losses


# -- the scale ------------------------------------------------------------------------------------------------------------


def test_nothing_is_0_and_a_billion_is_100() -> None:
    assert (score(0), score(1e9), score(1e12), score(-1e6)) == (0, 100, 100, 0)


def test_each_tenfold_adds_some_seventeen_points() -> None:
    assert [score(x) for x in (1e4, 1e6, 1e8)] == [pytest.approx(x, abs=1) for x in (17, 50, 83)]


@given(less=st.floats(0, 1e12), more=st.floats(0, 1e12))
def test_more_to_be_expected_never_scores_less(less: float, more: float) -> None:
    less, more = sorted((less, more))
    assert 0 <= score(less) <= score(more) <= 100


# -- programs -------------------------------------------------------------------------------------------------------------

NOTICES = {
    "told": "notices: {{n: {{to: {to}, state: verified}}}}",
    "untold": "notices: {{n: {{to: {to}, state: absent}}}}",
}


@pytest.mark.parametrize(("program", "to"), [("eu", "staff"), ("eu", "buyers"), ("us-ca", "staff"), ("us-ca", "buyers")])
def test_a_missing_notice_scores_no_less_than_one_that_was_given(folder: Path, program: str, to: str) -> None:
    told, untold = (_losses(folder, program, NOTICES[x].format(to=to)) for x in ("told", "untold"))
    silent = _losses(folder, program, "")
    assert told.expected <= silent.expected <= untold.expected
    assert told.expected < untold.expected
    assert told.score <= silent.score <= untold.score
    assert told.tail <= untold.tail


@pytest.mark.parametrize(("program", "kind"), [
    *(("eu", k) for k in ("dpia", "retention_schedule", "privacy_by_design", "privacy_by_default", "access_control",
                          "records_of_processing")),
    *(("us-ca", k) for k in ("access_control", "party_consent", "parental_authorisation", "risk_assessment")),
])
def test_verifying_a_safeguard_never_raises_the_score(folder: Path, program: str, kind: str) -> None:
    silent = _losses(folder, program, "")
    there = _losses(folder, program, f"safeguards: {{s: {{kind: {kind}, on: program, state: verified}}}}")
    assert there.expected <= silent.expected
    assert there.score <= silent.score
    assert all(there.quantiles[q] <= silent.quantiles[q] * 1.005 for q in silent.quantiles)


@pytest.mark.parametrize(("program", "kind"), [
    *(("eu", k) for k in ("data_protection_officer", "identity_link", "pseudonymisation", "aggregation",
                          "prior_consultation", "legitimate_interests_assessment", "encryption", "objection_route",
                          "erasure_route")),
    *(("us-ca", k) for k in ("risk_assessment", "encryption_at_rest", "monitoring_notice", "retention_schedule")),
])
def test_a_measure_that_brings_duties_of_its_own_does_not_score_worse_than_none(
    folder: Path, program: str, kind: str
) -> None:
    there, absent = (_losses(folder, program, f"safeguards: {{s: {{kind: {kind}, on: program, state: {state}}}}}")
                     for state in ("verified", "absent"))
    silent = _losses(folder, program, "")
    assert there.score <= silent.score <= absent.score


@pytest.mark.parametrize(("program", "stated"), [
    ("eu", "safeguards: {s: {kind: dpia, on: program, state: absent}}"),
    ("eu", "safeguards: {s: {kind: retention_schedule, on: program, state: absent}}"),
    ("eu", "safeguards: {s: {kind: privacy_by_design, on: program, state: absent}}"),
    ("eu", "facts: {s: {fact: less_intrusive_available, value: yes}}"),
    ("eu", "facts: {s: {fact: interests_overridden, value: yes}}"),
    ("eu", "facts: {s: {fact: risk_to_people, value: yes}}"),
    ("us-ca", "facts: {s: {fact: ca_privacy_policy_current, value: no}}"),
    ("us-ca", "facts: {s: {fact: for_crime_or_tort, value: yes}}"),
    ("us-ca", "safeguards: {s: {kind: party_consent, on: program, state: absent}}"),
])
def test_a_fact_that_goes_against_the_controller_never_lowers_the_score(folder: Path, program: str, stated: str) -> None:
    silent, against = _losses(folder, program, ""), _losses(folder, program, stated)
    assert against.expected >= silent.expected
    assert against.score >= silent.score


def test_several_breaches_together_score_more_than_each(folder: Path) -> None:
    kinds = ("dpia", "retention_schedule", "records_of_processing")
    entries = [f"{k.replace('_', '-')}: {{kind: {k}, on: program, state: absent}}" for k in kinds]
    scores = [_losses(folder, "eu", f"safeguards: {{{', '.join(entries[:n])}}}" if n else "").expected for n in range(4)]
    assert scores == sorted(scores)
    assert scores[-1] > scores[0]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("way", ["jurisdictions", "authorities", "provisions", "flows", "systems", "populations"])
def test_each_way_of_sharing_the_losses_adds_up_to_all_of_them(folder: Path, program: str, way: str) -> None:
    found = _losses(folder, program, "")
    shares = getattr(found.shares, way)
    assert shares
    # Each share is rounded to cents, the whole to euros.
    assert sum(s.expected for s in shares) == pytest.approx(found.expected, abs=0.5 + 0.005 * len(shares))
    assert sum(s.tail for s in shares) == pytest.approx(found.tail, abs=0.5 + 0.005 * len(shares))
    assert all(s.expected >= 0 for s in shares)
    assert len({s.id for s in shares}) == len(shares)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_losses_of_an_assessment_hang_together(folder: Path, program: str) -> None:
    found = _losses(folder, program, "")
    # The score leaves out duties on how a measure is carried out.
    assert 0 < found.score <= score(found.expected) + 0.1
    assert sum(p.expected for p in found.perils) == pytest.approx(found.expected, abs=0.5 * len(found.perils) + 0.5)
    quantiles = list(found.quantiles.values())
    assert quantiles == sorted(quantiles)
    assert found.tail >= found.quantiles["95"]
    assert all(s.score <= found.score for s in (*found.scores_by_jurisdiction, *found.scores_by_operation))
    scored = sum(s.expected for s in found.scores_by_jurisdiction)
    assert scored <= found.expected + 10
    assert score(scored) == pytest.approx(found.score, abs=0.1)
    for peril in found.perils:
        assert peril.low <= peril.likely <= peril.high
        assert peril.ceiling is None or peril.high <= peril.ceiling
        product = 1.0
        for link in peril.chain:
            product *= link.probability
        assert peril.probability == pytest.approx(product, rel=5e-3, abs=1e-5)
    for worth in (*found.unknowns, *found.estimates):
        assert worth.well <= worth.modelled <= worth.badly
        assert worth.well < worth.badly


def test_a_more_strongly_shared_climate_widens_the_losses(folder: Path) -> None:
    found = _losses(folder, "us-ca", "").sensitivity
    assert [s.correlation for s in found] == sorted(s.correlation for s in found)
    assert len({s.p95 for s in found}) == len(found) == 3


def test_more_people_are_worth_more(folder: Path) -> None:
    few, many = (_losses(folder, "us-ca", "populations: {buyers: {count: "
                         f"{{low: {n}, likely: {n}, high: {n}, kind: reported, source: S}}}}}}") for n in (2_000, 2_000_000))
    assert few.expected < many.expected
    assert few.score < many.score
