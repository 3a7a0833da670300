"""The priors: every figure that a human chose, with what it rests on, and one file by which a user overrides them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from lexposure.law.model import Citation
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest
from lexposure.reading.source import Source, read
from lexposure.reading.typed import Model, Number, OneOf, Section, Words, validate

_UNITS = ("probability", "share", "correlation", "EUR")


class Prior(Model):
    """A figure before anything happens: a value, how far another reader might go, and what it rests on."""

    value: Number
    low: Number
    high: Number
    unit: Annotated[str, OneOf("a unit of a prior", _UNITS)]
    basis: Annotated[str, OneOf("a basis", ("empirical", "statutory", "judgement"))]
    text: Words
    source: tuple[Citation, ...] = ()
    note: str = ""


class _File(Model):
    version: Annotated[Literal["1"], Field(alias="lexposure-priors")]
    priors: Section[Prior]


class _Override(Model):
    value: Number
    low: Number | None = None
    high: Number | None = None
    note: str = ""


class _Overrides(Model):
    version: Annotated[Literal["1"], Field(alias="lexposure-priors")]
    priors: Section[Annotated[_Override, BeforeValidator(lambda v: {"value": v} if isinstance(v, str) else v)]]


@dataclass(frozen=True, slots=True)
class Priors:
    """The priors in force; ``overridden`` are those that the user's file set."""

    known: Mapping[str, Prior]
    overridden: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> float:
        return self.known[name].value

    def with_value(self, name: str, value: float) -> "Priors":
        """The same with another value of one prior: what if?"""
        return Priors({**self.known, name: self.known[name].model_copy(update={"value": value})}, self.overridden)


@cache
def built_in() -> Priors:
    """The priors that come with lexposure."""
    return Priors(validate(_File, read(Path(__file__).with_name("priors.yaml"))).priors)


def with_overrides(path: Path | str) -> Priors:
    """The built-in priors with those of a user's file laid over them. Raises InvalidInput with every fault."""
    source, base = read(path), built_in()
    stated = validate(_Overrides, source).priors
    faults = list(_faults(source, stated, base.known))
    if faults:
        raise InvalidInput(faults)
    laid: dict[str, Prior] = {}
    for name, over in stated.items():
        old = base.known[name]
        laid[name] = old.model_copy(update={
            "value": over.value, "low": min(old.low, over.value) if over.low is None else over.low,
            "high": max(old.high, over.value) if over.high is None else over.high,
            "basis": "judgement", "note": over.note or "set by the user"})
    return Priors({**base.known, **laid}, frozenset(laid))


def _faults(source: Source, stated: Mapping[str, _Override], known: Mapping[str, Prior]) -> Iterator[Diagnostic]:
    for name, over in stated.items():
        at = ("priors", name)
        prior = known.get(name)
        if prior is None:
            yield source.fault("LX301", f"`{name}` is no prior", at, key=True, expected="a prior (see `lexposure priors`)",
                               near=nearest(name, known))
            continue
        most = 1.0 if prior.unit in ("probability", "share") else 0.95 if prior.unit == "correlation" else 1e12
        stated_figures = [x for x in (over.low, over.value, over.high) if x is not None]
        for x in stated_figures:
            if not 0 <= x <= most:
                yield source.fault("LX203", f"`{name}` is a {prior.unit}, and {x:g} is out of range", at,
                                   expected=f"a number from 0 to {most:g}")
        if stated_figures != sorted(stated_figures):
            yield source.fault("LX205", f"the range of `{name}` is out of order", at, expected="low <= value <= high")
