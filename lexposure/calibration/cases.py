"""Decided cases as a file states them: whatever it lacks is None, and what cannot be read is told and skipped."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from lexposure.reading.diagnostics import InvalidInput, nearest
from lexposure.reading.source import Address, Source, read


def _number(value: object) -> float | None:
    if value is None or isinstance(value, float):
        return value
    try:
        number = float(str(value).replace("_", ""))
    except ValueError:
        raise ValueError(f"`{value}` is not a number") from None
    if not 0 <= number < 1e15:
        raise ValueError(f"`{value}` is out of range")
    return number


def _date(value: object) -> dt.date | None:
    """A day; of a year or a month alone, its middle."""
    if value is None or isinstance(value, dt.date):
        return value
    text = str(value)
    whole = text + {4: "-07-01", 7: "-15"}.get(len(text), "")
    try:
        return dt.date.fromisoformat(whole if len(whole) == 10 else "")
    except ValueError:
        raise ValueError(f"`{text}` is not a date") from None


def _listed(value: object) -> object:
    if value is None:
        return ()
    return [value] if isinstance(value, str) else value


Number = Annotated[float | None, BeforeValidator(_number)]
Day = Annotated[dt.date | None, BeforeValidator(_date)]
Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Lenient(BaseModel):
    """What a case file may have beyond this is left alone; what it lacks is None."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Facts(_Lenient):
    """What was done, to whom, with which data, and what was missing."""

    subjects: Listed = ()
    subjects_count: Number = None
    data_categories: Listed = ()
    purposes: Listed = ()
    practices: Listed = ()
    legal_basis_claimed: Listed = ()
    missing: Listed = ()
    transfer_countries: Listed = ()


class Articles(_Lenient):
    """Articles of the GDPR, as `5(1)(a)`."""

    violated: Listed = ()
    not_violated: Listed = ()


class Infringement(_Lenient):
    """How long it lasted."""

    months: Number = None


_or_nothing = BeforeValidator(lambda v: {} if v is None else v)


class Case(_Lenient):
    """A decided case. ``fine_eur`` is the amount first imposed, 0 when none; None where the file does not say.

    Cases of the United States have ``statutes`` for articles and ``amount_usd`` for a fine.
    """

    id: str
    cluster: str | None = None
    respondent: str | None = None
    sector: str | None = None
    size_band: str | None = None
    role: str | None = None
    authority: str | None = None
    decision_date: Day = None
    trigger: str | None = None
    cross_border: str | None = None
    facts: Annotated[Facts, _or_nothing] = Facts()
    articles: Annotated[Articles, _or_nothing] = Articles()
    statutes: Listed = ()
    forum: str | None = None
    outcome: str | None = None
    fine_eur: Number = None
    amount_usd: Number = None
    turnover_eur: Number = None
    turnover_usd: Number = None
    infringement: Annotated[Infringement, _or_nothing] = Infringement()
    intent: str | None = None
    aggravating: Listed = ()
    mitigating: Listed = ()

    @property
    def unit(self) -> str:
        """What is left out together: cases on the same facts, or the case alone."""
        return self.cluster or self.id

    @property
    def found(self) -> tuple[str, ...] | None:
        """The articles found violated, or statutes settled on; None where the file says neither that nor that none was."""
        if self.outcome in NO_VIOLATION:
            return ()
        return self.articles.violated or self.statutes or None


#: Outcomes by which no infringement was found.
NO_VIOLATION = ("no_violation", "dismissed", "inapplicable")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A case that was left out, and why."""

    id: str
    reason: str


def read_cases(path: Path | str) -> tuple[tuple[Case, ...], tuple[Skipped, ...]]:
    """The cases of a file, and those that cannot be read. Raises InvalidInput where the file is no file of cases."""
    source = read(path)
    tree = source.tree
    if isinstance(tree, dict) and "cases" in tree and not isinstance(tree["cases"], list):
        raise InvalidInput([source.fault("LX203", "expected a list", ("cases",), expected="a list of decided cases")])
    if not isinstance(tree, dict) or not isinstance(tree.get("cases"), list):
        near = nearest("cases", tree) if isinstance(tree, dict) else ""
        raise InvalidInput([source.fault("LX202", "`cases` is missing", (),
                                         expected="a list of decided cases under `cases:`", near=near)])
    cases: list[Case] = []
    skipped: list[Skipped] = []
    seen: set[str] = set()
    listed = tree["cases"]
    assert isinstance(listed, list)
    for index, entry in enumerate(listed):
        name = entry.get("id") if isinstance(entry, dict) else None
        shown = name if isinstance(name, str) else f"case {index + 1}"
        try:
            case = Case.model_validate({**entry, "id": shown} if isinstance(entry, dict) else entry)
        except ValidationError as error:
            skipped.append(Skipped(shown, _told(error, source, ("cases", index))))
            continue
        if case.id in seen:
            skipped.append(Skipped(shown, "another case has this id already"))
            continue
        seen.add(case.id)
        cases.append(case)
    return tuple(cases), tuple(skipped)


def _told(error: ValidationError, source: Source, at: Address) -> str:
    parts = []
    for fault in error.errors(include_url=False, include_context=False):
        address: Address = (*at, *(x for x in fault["loc"] if isinstance(x, str | int)))
        place = source.place(address)
        message: Any = fault["msg"].removeprefix("Value error, ")
        parts.append(f"line {place.line}: {'.'.join(str(x) for x in address[2:]) or 'the case'}: {message}"
                     if place else str(message))
    return "; ".join(parts)


#: The cases that come with lexposure, by the name of their part of the world.
BUILT_IN = {name: Path(__file__).with_name(f"cases-{name}.yaml") for name in ("eu", "us")}


def built_in() -> tuple[Case, ...]:
    """All cases that come with lexposure, those that the model was fitted on."""
    return tuple(case for path in BUILT_IN.values() for case in read_cases(path)[0])


