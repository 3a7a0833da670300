"""The comprehensive privacy acts of the states: one program on three days, and who is a consumer at all."""

import datetime as dt
from functools import cache
from pathlib import Path

import pytest

from lexposure.exposure.assess import assess
from lexposure.exposure.assessment import Assessment
from lexposure.law.packs import load
from lexposure.program.reading import read_program

STATES = (
    "US-AL", "US-CA", "US-CO", "US-CT", "US-DE", "US-FL", "US-IA", "US-IN", "US-KY", "US-LA", "US-MD", "US-MN", "US-MT",
    "US-NE", "US-NH", "US-NJ", "US-OK", "US-OR", "US-RI", "US-TN", "US-TX", "US-UT", "US-VA", "US-VT",
)
#: In force with a threshold that 120,000 consumers and a large turnover meet, by the day. Tennessee asks for 175,000;
#: Florida for a billion in revenue and more besides; Rhode Island wants a notice only of those who sell.
EARLY = {"US-CA", "US-VA", "US-CO", "US-CT", "US-UT", "US-IA", "US-MT", "US-TX", "US-OR", "US-DE", "US-NJ", "US-NH", "US-NE"}
NOW = EARLY | {"US-MD", "US-MN", "US-IN", "US-KY"}
LATER = NOW | {"US-OK", "US-LA"}


def _program(kind: str, consumers: int) -> str:
    people = "\n".join(f"  p-{s.lower()}: {{kind: {kind}, place: {s}, of: shop, "
                       f"count: {{likely: {consumers}, kind: reported, source: S}}}}" for s in STATES)
    flows = "\n".join(f"  f-{s.lower()}: {{from: p-{s.lower()}, to: store, data: [profile_data, interaction_data], "
                      "collected_for: service_provision}" for s in STATES)
    return f"""\
lexposure: 1
program: {{id: shop, name: Shop, as_of: 2026-11-22}}
sources: {{S: {{title: Books}}}}
groups: {{g: {{turnover: {{likely: 400000000, currency: USD, year: 2024, kind: reported, source: S}}}}}}
parties: {{shop: {{role: controller, seat: US-NV, establishments: [US-NV], group: g, public_body: no}}}}
populations:
{people}
systems: {{store: {{operator: shop, place: US-NV}}}}
uses: {{serve: {{at: store, purpose: service_provision}}}}
flows:
{flows}
notices: {{none: {{to: [{', '.join('p-' + s.lower() for s in STATES)}], state: absent}}}}
facts:
  business: {{fact: does_business_in, on: {{party: shop}}, value: [{', '.join(STATES)}]}}
  small: {{fact: small_business, on: {{party: shop}}, value: no}}
  charity: {{fact: nonprofit, on: {{party: shop}}, value: no}}
  entity: {{fact: exempt_entity, on: {{party: shop}}, value: no}}
  data: {{fact: exempt_data, on: program, value: no}}
  sale: {{fact: sells_data, on: program, value: no}}
  money: {{fact: sells_for_money, on: program, value: no}}
  share: {{fact: sale_revenue_share, on: {{party: shop}}, value: 0}}
"""


@cache
def _assessed(folder: Path, day: str, kind: str, consumers: int) -> Assessment:
    path = folder / "program.yaml"
    path.write_text(_program(kind, consumers), encoding="utf-8")
    return assess(read_program(path, as_of=dt.date.fromisoformat(day)), load())


def without_notice(a: Assessment) -> set[str]:
    """The states whose comprehensive act is breached, or arguably so, because nobody was told anything."""
    by_id = {p.id: p for p in a.provisions}
    return {by_id[f.provision].jurisdiction for f in a.findings
            if "notice" in by_id[f.provision].topics and f.status in ("breach", "arguable")} & set(STATES)


@pytest.mark.parametrize(("day", "expected"), [("2025-06-30", EARLY), ("2026-11-22", NOW), ("2027-02-01", LATER)])
def test_the_same_program_on_three_days(tmp_path_factory: pytest.TempPathFactory, day: str, expected: set[str]) -> None:
    assert without_notice(_assessed(tmp_path_factory.mktemp("p"), day, "user", 120_000)) == expected


def test_connecticuts_threshold_fell_in_july_2026(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("p")
    before, after = (without_notice(_assessed(folder, day, "user", 40_000)) for day in ("2026-06-30", "2026-07-02"))
    assert "US-CT" not in before
    assert "US-CT" in after


def test_staff_are_consumers_in_california_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    a = _assessed(tmp_path_factory.mktemp("p"), "2026-11-22", "employee", 120_000)
    assert without_notice(a) <= {"US-CA"}
