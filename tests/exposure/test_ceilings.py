"""Ceilings and starting ranges, against the guidelines' table and the regulators' own arithmetic."""

from decimal import Decimal

import pytest

from lexposure.exposure.ceilings import starting_ranges
from lexposure.law.model import Tier
from lexposure.law.packs import load

LAW = load()
METHOD = LAW.methods["edpb-04-2022"].method
TIERS: dict[str, Tier] = dict(LAW.by_id["gdpr-6-1"].tiers)
LEVELS = ("low", "medium", "high")


def start(tier: str, level: str, turnover: int | None) -> tuple[Decimal, Decimal]:
    made = starting_ranges(METHOD, TIERS[tier], None if turnover is None else Decimal(turnover))
    found = next(r for r in made if r.level == level)
    return found.low, found.high


@pytest.mark.parametrize(("tier", "turnover", "ranges"), [
    # EDPB Guidelines 04/2022 v2.1, annex, by turnover (EUR): fixed sum of 10 million
    ("lower", 2_000_000, ((0, 4_000), (2_000, 8_000), (4_000, 40_000))),
    ("lower", 10_000_000, ((0, 20_000), (3_000, 40_000), (6_000, 200_000))),
    ("lower", 50_000_000, ((0, 100_000), (15_000, 200_000), (30_000, 1_000_000))),
    ("lower", 100_000_000, ((0, 200_000), (80_000, 400_000), (160_000, 2_000_000))),
    ("lower", 250_000_000, ((0, 500_000), (150_000, 1_000_000), (300_000, 5_000_000))),
    ("lower", 499_999_999, ((0, 1_000_000), (400_000, 2_000_000), (800_000, 10_000_000))),
    # fixed sum of 20 million
    ("higher", 2_000_000, ((0, 8_000), (4_000, 16_000), (8_000, 80_000))),
    ("higher", 10_000_000, ((0, 40_000), (6_000, 80_000), (12_000, 400_000))),
    ("higher", 50_000_000, ((0, 200_000), (30_000, 400_000), (60_000, 2_000_000))),
    ("higher", 100_000_000, ((0, 400_000), (160_000, 800_000), (320_000, 4_000_000))),
    ("higher", 250_000_000, ((0, 1_000_000), (300_000, 2_000_000), (600_000, 10_000_000))),
    ("higher", 499_999_999, ((0, 2_000_000), (800_000, 4_000_000), (1_600_000, 20_000_000))),
    # from 500 million on the share of turnover is itself the scale
    ("lower", 500_000_000, ((0, 1_000_000), (1_000_000, 2_000_000), (2_000_000, 10_000_000))),
    ("higher", 8_000_000_000, ((0, 32_000_000), (32_000_000, 64_000_000), (64_000_000, 320_000_000))),
])
def test_the_annex_of_the_guidelines(tier: str, turnover: int, ranges: tuple[tuple[int, int], ...]) -> None:
    assert tuple(start(tier, level, turnover) for level in LEVELS) == ranges


@pytest.mark.parametrize(("name", "tier", "level", "turnover", "sized"), [
    ("AP Uber 2024", "higher", "high", 34_235_142_300, 290_000_000),
    ("UODO Toyota Bank", "lower", "low", 73_217_665, 36_000),
    ("UODO C. S.A., art. 38(3)", "lower", "medium", 98_664_320, 200_000),
    ("UODO C. S.A., arts 30(1) and 35", "lower", "medium", 98_664_320, 240_000),
    ("UODO American Heart of Poland", "higher", "medium", 200_000_000, 600_000),
    ("UODO Medical Center", "higher", "high", 30_000_000, 300_000),
    ("UODO hospital", "lower", "low", 30_000_000, 8_000),
    ("UODO processor", "lower", "high", 1_500_000, 12_000),
    ("APD 114/2024", "higher", "medium", 75_000_000, 160_000),
    ("APD 87/2024", "higher", "medium", 75_000_000, 245_000),
    ("BVwG W256 2246230-1", "higher", "medium", 265_364_038, 1_000_000),
])
def test_decided_starting_amounts_lie_in_their_range(
    name: str, tier: str, level: str, turnover: int, sized: int
) -> None:
    low, high = start(tier, level, turnover)
    assert low <= sized <= high, name


def test_the_range_that_the_dutch_authority_printed() -> None:
    low, high = start("higher", "high", 34_235_142_300)
    assert (low, high) == (Decimal(273_881_138), Decimal(1_369_405_692))


def test_unknown_turnover_is_not_scaled_down() -> None:
    assert start("higher", "high", None) == (4_000_000, 20_000_000)
