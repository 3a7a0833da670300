"""Amounts in another currency, by a dated table of rates."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from lexposure.law.model import Confidence, Figure
from lexposure.program.model import Currency
from lexposure.reading.source import read
from lexposure.reading.typed import Date, Model, Words, validate


class Rate(Model):
    """How much of ``target`` one unit of ``origin`` was on a day, and who says so."""

    origin: Annotated[Currency, Field(alias="from")]
    target: Annotated[Currency, Field(alias="to")]
    date: Date
    rate: Figure
    confidence: Confidence
    source: Words


class _Table(Model):
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in the wanted currency with the rate used; None where the currency was right already."""

    amount: Decimal
    rate: Rate | None


@cache
def table() -> tuple[Rate, ...]:
    """Every rate."""
    return validate(_Table, read(Path(__file__).parent / "rates.yaml")).rates


def convert(amount: Decimal, currency: str, wanted: str, day: dt.date) -> Converted | None:
    """The amount in another currency at the newest rate on or before the day; None where the table has none.

    A rate serves in both directions; a table that lacks a pair is not bridged over a third currency.
    """
    if currency == wanted:
        return Converted(amount, None)
    best: tuple[dt.date, Decimal, Rate] | None = None
    for rate in table():
        if rate.date > day or (best and rate.date <= best[0]):
            continue
        if (rate.origin, rate.target) == (currency, wanted):
            best = (rate.date, rate.rate, rate)
        elif (rate.origin, rate.target) == (wanted, currency):
            best = (rate.date, 1 / rate.rate, rate)
    return Converted(amount * best[1], best[2]) if best else None
