"""The sum of all losses: against closed forms, enumeration, a finer grid, and draws."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from lexposure.exposure.losses.aggregate import Distribution, Matter, Peril, aggregate, branches
from lexposure.exposure.losses.severity import Severity, heavy, uncertain
from lexposure.exposure.losses.simulate import simulate

_LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99)


def fixed(amount: float) -> Severity:
    """An amount that is next to certain."""
    return uncertain(amount * 0.9999, amount, amount * 1.0001)


def alone(name: str, taken_up: float, probability: float, severity: Severity) -> Matter:
    """A matter with one peril."""
    return Matter(name, taken_up, (Peril(f"{name}-loss", probability, severity),))


#: Three matters as a program has them: split log-normal amounts, heavy tails, a ceiling, amounts that an appeal reduces.
CLAIM, FINE = uncertain(1e4, 1e5, 2e6), heavy(5.5, 0.7, 4, 2e7)
APPEALED = Severity(6, 0.5, 0.5, 4, 1e7, reduced=0.2, kept=0.5)
MATTERS = (
    Matter("authority", 0.3, (Peril("staff", 0.5, FINE), Peril("customers", 0.2, APPEALED))),
    alone("court", 0.15, 0.8, CLAIM),
    Matter("agency", 0.4, (Peril("one", 0.3, FINE), Peril("two", 0.6, CLAIM), Peril("three", 0.05, APPEALED))),
)


def everything(matters: Sequence[Matter]) -> float:
    """The expected sum, by hand."""
    return sum(m.taken_up * p.probability * p.severity.mean for m in matters for p in m.perils)


# -- closed forms ---------------------------------------------------------------------------------------------------------


def test_independent_matters_with_certain_amounts_add_up_as_a_compound_binomial() -> None:
    each, count, amount = 0.3 * 0.5, 12, 100_000.0
    whole = aggregate([alone(f"m{i}", 0.3, 0.5, fixed(amount)) for i in range(count)], 0.0)
    for k in range(6):
        at_most = sum(math.comb(count, j) * each**j * (1 - each) ** (count - j) for j in range(k + 1))
        assert whole.at_most((k + 0.5) * amount) == pytest.approx(at_most, abs=1e-9)
    assert whole.nothing == pytest.approx((1 - each) ** count, abs=1e-12)
    assert whole.mean == pytest.approx(count * each * amount, rel=1e-4)


def test_certain_amounts_of_different_size_come_in_every_combination() -> None:
    amounts, chances = (20_000.0, 50_000.0, 300_000.0), (0.2, 0.5, 0.1)
    whole = aggregate([alone(f"m{i}", 1.0, p, fixed(a)) for i, (a, p) in enumerate(zip(amounts, chances, strict=True))], 0.0)
    for x in (10_000, 35_000, 60_000, 200_000, 310_000, 335_000, 360_000, 400_000):
        exact = sum(
            math.prod(p if hit else 1 - p for hit, p in zip(hits, chances, strict=True))
            for hits in itertools.product((0, 1), repeat=3)
            if sum(a for hit, a in zip(hits, amounts, strict=True) if hit) <= x)
        assert whole.at_most(x) == pytest.approx(exact, abs=1e-6), x


def test_one_loss_alone_has_its_own_distribution() -> None:
    whole = aggregate([alone("m", 0.4, 0.5, CLAIM)], 0.0)
    for level in (0.85, 0.9, 0.95, 0.99):
        within = (level - 0.8) / 0.2
        assert whole.quantile(level) == pytest.approx(float(CLAIM.quantile(np.array([within]))[0]), rel=5e-3)
    for x in (1e4, 1e5, 1e6, 1e7):
        assert whole.at_most(x) == pytest.approx(0.8 + 0.2 * float(CLAIM.below(np.array([x]))[0]), abs=5e-4)


@pytest.mark.parametrize("severity", [CLAIM, FINE, APPEALED, fixed(5e5)], ids=["split", "heavy", "reduced", "fixed"])
def test_a_tabulated_amount_has_the_mean_of_its_draws(severity: Severity) -> None:
    matter = [alone("m", 1.0, 1.0, severity)]
    drawn = simulate(matter, 0.0, 200_000, seed=3)
    assert abs(severity.mean - drawn.mean()) < 3 * drawn.std() / math.sqrt(len(drawn)) + 1e-4 * severity.mean
    assert aggregate(matter, 0.0).mean == pytest.approx(severity.mean, rel=1e-12)


def test_nothing_comes_of_matters_that_cannot_be_taken_up() -> None:
    whole = aggregate([alone("a", 0.0, 1.0, CLAIM), alone("b", 1.0, 0.0, FINE), Matter("c", 1.0, ())], 0.15)
    assert (whole.mean, whole.nothing, whole.tail_mean, whole.quantile(0.999), whole.exceeds(0)) == (0, 1, 0, 0, 0)
    assert whole.curve == ()


def test_the_mean_is_the_sum_of_probability_times_amount_whatever_is_shared() -> None:
    for correlation in (0.0, 0.15, 0.35):
        assert aggregate(MATTERS, correlation).mean == pytest.approx(everything(MATTERS), rel=1e-12)


# -- one finding decides many heads ---------------------------------------------------------------------------------------


def test_a_less_probable_loss_never_comes_without_a_likelier_one_of_its_matter() -> None:
    perils = tuple(Peril(str(p), p, CLAIM) for p in (0.2, 0.7, 0.2, 0.5))
    found = list(branches(perils))
    assert sum(p for p, _ in found) == pytest.approx(1)
    assert {occurring: pytest.approx(p) for p, occurring in found} == {(): 0.3, (1,): 0.2, (1, 3): 0.3, (1, 3, 0, 2): 0.2}


def test_losses_of_one_matter_are_enumerated_branch_by_branch() -> None:
    amounts = {"a": 40_000.0, "b": 100_000.0, "c": 250_000.0}
    perils = tuple(Peril(name, p, fixed(amounts[name])) for name, p in (("a", 0.6), ("b", 0.1), ("c", 0.35)))
    whole = aggregate([Matter("m", 0.5, perils)], 0.0)
    for x in (20_000, 60_000, 150_000, 270_000, 300_000, 380_000, 420_000):
        exact = 0.5 + 0.5 * sum(p for p, occurring in branches(perils)
                                if sum(amounts[perils[i].id] for i in occurring) <= x)
        assert whole.at_most(x) == pytest.approx(exact, abs=1e-6), x
    # By hand: 40 % nothing, then a alone, a and c, all three.
    assert whole.at_most(20_000) == pytest.approx(0.5 + 0.5 * 0.4, abs=1e-9)
    assert whole.at_most(60_000) == pytest.approx(0.5 + 0.5 * 0.65, abs=1e-6)
    assert whole.at_most(300_000) == pytest.approx(0.5 + 0.5 * 0.9, abs=1e-6)


# -- the climate ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("correlation", [0.05, 0.15, 0.35])
def test_nothing_is_as_probable_as_a_direct_integral_over_the_climate_says(correlation: float) -> None:
    def none_in(z: float) -> float:
        spared = 1.0
        for m in MATTERS:
            rate = ndtr((ndtri(m.taken_up) + math.sqrt(correlation) * z) / math.sqrt(1 - correlation))
            spared *= 1 - rate * max(p.probability for p in m.perils)
        return float(spared * math.exp(-z * z / 2) / math.sqrt(2 * math.pi))

    exact, _ = quad(none_in, -10, 10, epsabs=1e-12)
    whole = aggregate(MATTERS, correlation)
    assert whole.nothing == pytest.approx(exact, abs=1e-6)
    assert whole.at_most(0) == pytest.approx(exact, abs=1e-3)


def test_a_shared_climate_makes_nothing_and_the_worst_both_likelier() -> None:
    matters = [alone(f"m{i}", 0.2, 0.8, fixed(100_000)) for i in range(10)]
    apart, together = aggregate(matters, 0.0), aggregate(matters, 0.35)
    assert together.nothing > apart.nothing
    assert together.quantile(0.99) > apart.quantile(0.99)
    assert together.tail_mean > apart.tail_mean
    assert together.mean == pytest.approx(apart.mean, rel=1e-12)


# -- against draws and a finer grid ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("correlation", [0.0, 0.15, 0.35])
def test_the_transforms_agree_with_draws(correlation: float) -> None:
    draws = 200_000
    whole, drawn = aggregate(MATTERS, correlation), np.sort(simulate(MATTERS, correlation, draws, seed=1))
    assert abs(whole.mean - drawn.mean()) < 3 * drawn.std() / math.sqrt(draws)
    assert abs(whole.nothing - np.mean(drawn == 0)) < 3 * math.sqrt(whole.nothing * (1 - whole.nothing) / draws)
    for level in (0.75, 0.9, 0.95, 0.99):
        below = float(np.mean(drawn <= whole.quantile(level)))
        assert abs(below - level) < 3 * math.sqrt(level * (1 - level) / draws), level
    worst = drawn[int(0.95 * draws):]
    spread = worst.var() + 0.95 * (worst.mean() - worst[0]) ** 2
    assert abs(whole.tail_mean - worst.mean()) < 3 * math.sqrt(spread / len(worst))


@pytest.mark.parametrize("correlation", [0.0, 0.15])
def test_four_times_as_many_cells_change_nothing_that_is_shown(correlation: float) -> None:
    matters = [*MATTERS, alone("sure", 0.9, 0.9, CLAIM)]
    usual, fine = aggregate(matters, correlation), aggregate(matters, correlation, cells=16_384)
    for level in (0.5, 0.95):
        assert usual.quantile(level) > 0
        assert usual.quantile(level) == pytest.approx(fine.quantile(level), rel=1e-3), level
    assert usual.tail_mean == pytest.approx(fine.tail_mean, rel=1e-3)


def test_draws_of_one_matter_do_not_depend_on_the_others() -> None:
    a, b, both = (simulate(m, 0.0, 20_000, seed=7) for m in (MATTERS[:1], MATTERS[2:], (MATTERS[0], MATTERS[2])))
    assert np.count_nonzero(a) > 1000
    np.testing.assert_allclose(a + b, both, rtol=1e-12)
    assert np.array_equal(simulate(MATTERS[:1], 0.0, 20_000, seed=7), a)
    assert not np.array_equal(simulate(MATTERS[:1], 0.0, 20_000, seed=8), a)


@pytest.mark.parametrize("first", [True, False])
def test_a_change_of_one_peril_leaves_the_draws_of_the_others_as_they_were(first: bool) -> None:
    kept = Peril("kept", 0.5, CLAIM)

    def drawn(*others: Peril) -> np.ndarray:
        return simulate([Matter("m", 0.6, (*others, kept) if first else (kept, *others))], 0.15, 20_000, seed=7)

    with_other, without, alone_ = drawn(Peril("other", 0.3, FINE)), drawn(Peril("other", 0.0, FINE)), drawn()
    assert np.array_equal(without, alone_)
    assert (with_other >= alone_).all()
    assert (with_other > alone_).any()
    # What the other adds does not depend on the one that is kept.
    added = with_other - alone_
    by_itself = simulate([Matter("m", 0.6, (Peril("other", 0.3, FINE),))], 0.15, 20_000, seed=7)
    np.testing.assert_allclose(added, by_itself, rtol=1e-6, atol=1e-3)


# -- what holds for all matters -------------------------------------------------------------------------------------------

severities = st.one_of(
    st.builds(heavy, st.floats(3, 6.5), st.floats(0.2, 1.0), st.just(4.0), st.floats(1e5, 1e8)),
    st.tuples(st.floats(3, 5), st.floats(0.1, 1.5), st.floats(0.1, 1.5)).map(
        lambda x: uncertain(10 ** (x[0] - x[1]), 10 ** x[0], 10 ** (x[0] + x[2]))),
    st.builds(lambda m, s, c, r: Severity(m, s, s, 4.0, c, r, 0.5), st.floats(4, 6.5), st.floats(0.2, 0.8),
              st.floats(1e6, 1e8), st.floats(0.05, 0.4)),
)


@st.composite
def many_matters(draw: st.DrawFn) -> tuple[Matter, ...]:
    """One to four matters of one to three perils."""
    return tuple(
        Matter(f"m{i}", draw(st.floats(0.01, 1)), tuple(
            Peril(f"m{i}-{j}", draw(st.floats(0.01, 1)), draw(severities)) for j in range(draw(st.integers(1, 3)))))
        for i in range(draw(st.integers(1, 4))))


climates = st.sampled_from([0.0, 0.15, 0.35])


@settings(max_examples=25, deadline=None)
@given(matters=many_matters(), correlation=climates)
def test_the_parts_add_up_to_the_mean_and_to_the_tail(matters: tuple[Matter, ...], correlation: float) -> None:
    whole = aggregate(matters, correlation)
    assert [name for name, *_ in whole.contributions] == [p.id for m in matters for p in m.perils]
    assert sum(mean for _, mean, _ in whole.contributions) == pytest.approx(whole.mean, rel=1e-6)
    assert sum(tail for *_, tail in whole.contributions) == pytest.approx(whole.tail_mean, rel=1e-6)
    assert whole.mean == pytest.approx(everything(matters), rel=1e-9)
    # The worst twentieth averages no less than where it starts, and no less than the whole.
    assert whole.tail_mean >= max(whole.quantile(0.95), whole.mean) * 0.999


@settings(max_examples=25, deadline=None)
@given(matters=many_matters(), correlation=climates)
def test_the_distribution_is_one(matters: tuple[Matter, ...], correlation: float) -> None:
    whole = aggregate(matters, correlation, shared_out=False)
    quantiles = [whole.quantile(level) for level in _LEVELS]
    assert quantiles == sorted(quantiles)
    chances = [whole.exceeds(x) for x in (0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e12)]
    assert all(0 <= x <= 1 for x in chances)
    assert all(a >= b - 1e-3 for a, b in itertools.pairwise(chances))
    assert whole.nothing == pytest.approx(1 - whole.exceeds(0), abs=2e-2)
    # What is left out beyond the grids is less than the tables leave out.
    assert chances[-1] == 0


@settings(max_examples=25, deadline=None)
@given(matters=many_matters(), correlation=climates)
def test_no_more_is_lost_than_all_ceilings_together(matters: tuple[Matter, ...], correlation: float) -> None:
    limited = tuple(Matter(m.id, m.taken_up, tuple(Peril(p.id, p.probability, heavy(6, 0.8, 4, 2e6)) for p in m.perils))
                    for m in matters)
    whole, count = aggregate(limited, correlation), sum(len(m.perils) for m in limited)
    most = 2e6 * count
    assert whole.quantile(0.99999) <= most * 1.001
    assert whole.exceeds(most * 1.001) == pytest.approx(0, abs=1e-9)
    assert whole.tail_mean <= most * 1.001
    assert simulate(limited, correlation, 2_000, seed=1).max() <= most


def never_lower(less: Distribution, more: Distribution) -> None:
    """That every quantile is at least as high, within what the grids resolve; and so is the mean."""
    for level in _LEVELS:
        before, after = less.quantile(level), more.quantile(level)
        assert after >= before * 0.99 - 100, (level, before, after)
    assert more.mean >= less.mean * (1 - 1e-12)
    assert more.nothing <= less.nothing + 1e-12


@settings(max_examples=25, deadline=None)
@given(matters=many_matters(), correlation=climates, severity=severities, probability=st.floats(0.01, 1),
       index=st.integers(0, 3))
def test_one_more_peril_never_lowers_what_is_lost(
    matters: tuple[Matter, ...], correlation: float, severity: Severity, probability: float, index: int
) -> None:
    index %= len(matters)
    m = matters[index]
    changed = Matter(m.id, m.taken_up, (*m.perils, Peril("added", probability, severity)))
    more = (*matters[:index], changed, *matters[index + 1:])
    never_lower(aggregate(matters, correlation, shared_out=False), aggregate(more, correlation, shared_out=False))


@settings(max_examples=25, deadline=None)
@given(matters=many_matters(), correlation=climates, raised=st.floats(0, 1), index=st.integers(0, 3), taken_up=st.booleans())
def test_a_likelier_loss_or_matter_never_lowers_what_is_lost(
    matters: tuple[Matter, ...], correlation: float, raised: float, index: int, taken_up: bool
) -> None:
    index %= len(matters)
    m = matters[index]

    def up(x: float) -> float:
        return min(1.0, x + (1 - x) * raised)

    changed = Matter(m.id, up(m.taken_up), m.perils) if taken_up else Matter(
        m.id, m.taken_up, tuple(Peril(p.id, up(p.probability), p.severity) for p in m.perils))
    more = (*matters[:index], changed, *matters[index + 1:])
    never_lower(aggregate(matters, correlation, shared_out=False), aggregate(more, correlation, shared_out=False))
