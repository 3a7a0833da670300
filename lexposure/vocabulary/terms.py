"""Reading the vocabulary files, and the is-a questions that everything else asks of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from lexposure.reading.diagnostics import InvalidInput
from lexposure.reading.source import read
from lexposure.reading.typed import Many, Model, Words

_FOLDER = Path(__file__).parent


class Kind(StrEnum):
    """The kinds of terms; each is one file beside this module."""

    DATA = "data_categories"
    PURPOSE = "purposes"
    BASIS = "legal_bases"
    SAFEGUARD = "safeguards"
    SUBJECT = "subjects"
    ROLE = "roles"
    TRANSFER = "transfer_mechanisms"
    CHOICE = "choices"
    NOTICE = "notice_items"
    TOPIC = "topics"
    PLACE = "places"


class _Entry(Model):
    broader: Annotated[Many[str], Field(alias="is")] = ()
    also: Many[str] = ()
    means: Words
    unstated: str = "unknown"
    dpv: str = ""
    fides: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the vocabulary. ``ancestors`` holds the term itself and everything it is a case of.

    ``also`` are other words by which people ask for it; files are written with its id.
    """

    kind: Kind
    id: str
    means: str
    broader: tuple[str, ...]
    ancestors: frozenset[str]
    unstated: str
    dpv: str
    fides: str
    also: tuple[str, ...] = ()


@cache
def terms(kind: Kind) -> Mapping[str, Term]:
    """All terms of a kind by id, in the order of their file."""
    source = read(_FOLDER / f"{kind.value}.yaml")
    try:
        entries = TypeAdapter(dict[str, _Entry]).validate_python(source.tree)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput([source.fault("LX203", first["msg"], tuple(first["loc"]))]) from None

    @cache
    def ancestors(term: str) -> frozenset[str]:
        return frozenset({term}).union(*(ancestors(b) for b in entries[term].broader))

    return {
        name: Term(kind, name, e.means, e.broader, ancestors(name), e.unstated, e.dpv, e.fides, e.also)
        for name, e in entries.items()
    }


def kinds() -> tuple[Kind, ...]:
    """Every kind of term."""
    return tuple(Kind)


def labels(kind: Kind) -> tuple[str, ...]:
    """The ids of a kind."""
    return tuple(terms(kind))


def is_a(kind: Kind, term: str, wanted: str) -> bool:
    """Whether ``term`` is ``wanted`` or a case of it."""
    return wanted in terms(kind)[term].ancestors


def narrower(kind: Kind, term: str) -> tuple[str, ...]:
    """The terms directly below ``term``."""
    return tuple(t.id for t in terms(kind).values() if term in t.broader)


def lookup(term: str) -> tuple[Term, ...]:
    """Every term with that id, over all kinds."""
    return tuple(found for kind in Kind if (found := terms(kind).get(term)))


def within(place: str, wanted: str) -> bool | None:
    """Whether a place lies within another; None where the place is broader, so that the answer is open."""
    known = terms(Kind.PLACE)
    if wanted in known[place].ancestors:
        return True
    return None if place in known[wanted].ancestors else False
