"""The fact catalogue: every fact that a condition may read, what it may be, and the question a person is asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lexposure.reading.diagnostics import InvalidInput
from lexposure.reading.source import read
from lexposure.reading.typed import Model, Words
from lexposure.vocabulary.terms import Kind

_FOLDER = Path(__file__).parent


class Type(StrEnum):
    """What a fact's value is."""

    FLAG = "flag"
    TERM = "term"
    TERMS = "terms"
    WORDS = "words"
    PLACES = "places"
    NUMBER = "number"
    MONEY = "money"
    SAFEGUARD = "safeguard"


class Unit(StrEnum):
    """What a fact belongs to, and what a provision is judged once per."""

    OPERATION = "operation"
    CONTROLLER = "controller"
    PROGRAM = "program"
    INCIDENT = "incident"


class _Entry(Model):
    type: Type
    of: Unit
    ask: Words
    terms: Kind | None = None
    values: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A catalogued fact. ``where`` is the section that states it; stated facts stand in the program's ``facts``."""

    id: str
    type: Type
    unit: Unit
    question: str
    terms: Kind | None
    values: tuple[str, ...]
    where: str

    @property
    def stated(self) -> bool:
        """Whether a program states it in its ``facts`` section, rather than in a section of its own."""
        return self.where.startswith("facts")


@cache
def catalogue() -> Mapping[str, Fact]:
    """Every catalogued fact by id. A fact is defined in one file only."""
    facts: dict[str, Fact] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        source = read(path)
        try:
            entries = TypeAdapter(dict[str, _Entry]).validate_python(source.tree)
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidInput([source.fault("LX203", first["msg"], tuple(first["loc"]))]) from None
        for name, e in entries.items():
            if name in facts:
                raise InvalidInput([source.fault("LX104", f"the fact `{name}` is defined twice", (name,), key=True)])
            facts[name] = Fact(name, e.type, e.of, e.ask, e.terms, e.values, e.where or f"facts (fact: {name})")
    return facts


__all__ = ["Fact", "Type", "Unit", "catalogue"]
