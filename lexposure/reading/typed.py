"""From a read document to a typed value: strict frozen pydantic models over plain text, faults with positions."""

import datetime as dt
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest
from lexposure.reading.source import Address, Source

M = TypeVar("M", bound=BaseModel)


class Model(BaseModel):
    """The base of everything that is read from a file: frozen, and nothing unknown is let through."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def fault(message: str, *, expected: str = "", near: str = "", code: str = "LX203") -> PydanticCustomError:
    """The error a validator raises, with the parts that a diagnostic shows."""
    # The message travels in the context: pydantic would read braces in it as a template.
    return PydanticCustomError("lexposure", "{message}", {"message": message, "expected": expected, "near": near,
                                                          "code": code})


def _text(value: object, what: str, example: str) -> str:
    if not isinstance(value, str):
        shown = "nothing" if value is None else "a list" if isinstance(value, list) else "a mapping"
        raise fault(f"expected {what}, found {shown}", expected=f"{what}, such as `{example}`")
    return value


def _words(value: object) -> str:
    text = _text(value, "text", "Payroll")
    if not text.strip():
        raise fault("the text is empty", expected="some text")
    return text


_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_DIGITS = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?")


def decimal(value: object) -> Decimal | None:
    """The number that a text of digits with at most one point in it is; None for everything else."""
    return Decimal(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else None


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = _text(value, "a number", "0.5")
    if not _NUMBER.fullmatch(text) or len(text) > 40:
        raise fault(f"`{text}` is not a number", expected="digits with at most one point, such as `0.5`")
    return float(text)


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date):
        return value
    text = _text(value, "a date", "2026-06-01")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise fault(f"`{text}` is not a date", expected="year-month-day, such as `2026-06-01`")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise fault(f"`{text}` is not a day of the calendar", expected="a day that exists", code="LX303") from None


_ANSWERS = {"yes": True, "no": False, "unknown": None}


def _answer(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    text = _text(value, "yes, no or unknown", "unknown")
    if text not in _ANSWERS:
        raise fault(f"`{text}` is not an answer", expected="`yes`, `no` or `unknown`", near=nearest(text, _ANSWERS))
    return _ANSWERS[text]


_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def _identifier(value: object) -> str:
    text = _text(value, "an identifier", "capture-agent")
    if not _IDENTIFIER.fullmatch(text):
        raise fault(f"`{text}` is not an identifier", expected="letters, digits, `-`, `_`, `.`; at most 80")
    return text


#: Text that says something.
Words = Annotated[str, BeforeValidator(_words), WithJsonSchema({"type": "string", "minLength": 1})]
#: A name that other entries refer to.
Identifier = Annotated[str, BeforeValidator(_identifier), WithJsonSchema({"type": "string"})]
Number = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Date = Annotated[dt.date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
#: yes, no, or not known; None is *unknown*, never *no*.
Answer = Annotated[
    bool | None, BeforeValidator(_answer), WithJsonSchema({"enum": ["yes", "no", "unknown", True, False]})
]


@dataclass(frozen=True)
class OneOf:
    """Marks a text that must be one of ``values``: ``Annotated[str, OneOf(...)]``; faults name the nearest."""

    what: str
    values: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check before anything else, so that the fault is ours."""
        known = frozenset(self.values)

        def check(value: object) -> str:
            text = _text(value, self.what, self.values[0])
            if text not in known:
                few = len(self.values) <= 12
                shown = ", ".join(f"`{v}`" for v in self.values) if few else f"{self.what} (see `lexposure vocabulary`)"
                raise fault(f"`{text}` is not {self.what}", expected=shown, near=nearest(text, self.values),
                            code="LX204")
            return text

        return core_schema.no_info_before_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The values, for completion in editors."""
        return {"enum": list(self.values)}


class _Listed:
    """A list that may be written as a single word."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: [value] if isinstance(value, str) else value, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        listed = handler(schema)
        return {"anyOf": [listed, listed["items"]]} if "items" in listed else listed


class _Keyed:
    """A section of entries, which may be left empty."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_entries, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "null"}]}


def _entries(value: object) -> object:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise fault("expected a mapping of entries", expected="`name: {...}` lines")
    return value


T = TypeVar("T")
#: Several of something, which may be written as a single word.
Many = Annotated[tuple[T, ...], _Listed()]
#: Entries by their names.
Section = Annotated[Mapping[Identifier, T], _Keyed()]


class Mistyped(InvalidInput):
    """The faults of a document that is not of its model, with the address of each."""

    def __init__(self, diagnostics: Iterable[Diagnostic], addresses: Iterable[Address]) -> None:
        super().__init__(diagnostics)
        self.addresses = tuple(addresses)


def validate(model: type[M], source: Source) -> M:
    """The document as a ``model``. Raises Mistyped with every fault, each at its place."""
    try:
        return model.model_validate(source.tree)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise Mistyped([_diagnostic(model, source, e) for e in errors],
                       [_address(source, e["loc"]) for e in errors]) from None


def _diagnostic(model: type[BaseModel], source: Source, error: ErrorDetails) -> Diagnostic:
    kind, context = error["type"], error.get("ctx", {})
    address = _address(source, error["loc"])
    of_key = error["loc"][-1:] == ("[key]",)
    if kind == "lexposure":
        return source.fault(context["code"], context["message"], address, key=of_key, expected=context["expected"],
                            near=context["near"])
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])
        known = _keys(model, error["loc"][:-1])
        return source.fault("LX201", f"`{key}` is not known here", address, key=True,
                            expected=", ".join(f"`{k}`" for k in known), near=nearest(key, known))
    if kind == "missing":
        key = str(error["loc"][-1])
        return source.fault("LX202", f"`{key}` is missing", _address(source, error["loc"][:-1]), key=True,
                            expected=f"the line `{key}: ...`")
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return source.fault("LX203", "expected a mapping", address, expected="`key: value` lines")
    if kind in ("tuple_type", "list_type"):
        return source.fault("LX203", "expected a list", address, expected="a list, such as `[a, b]`")
    if kind == "union_tag_invalid" or kind == "literal_error":
        expected = str(context.get("expected") or context.get("expected_tags") or "")
        return source.fault("LX203", "the value is not one of those allowed", address, expected=expected.replace("'", "`"))
    if kind == "string_type":
        return source.fault("LX203", "expected text", address, expected="text, such as `Payroll`")
    if kind in ("int_type", "int_parsing", "int_from_float"):
        return source.fault("LX203", "expected a whole number", address, expected="digits only, such as `2025`")
    if kind in ("greater_than_equal", "less_than_equal"):
        side, bound = ("least", context["ge"]) if kind[0] == "g" else ("most", context["le"])
        return source.fault("LX203", "the number is out of range", address, expected=f"at {side} {bound}")
    return source.fault("LX203", error["msg"], address)


def _address(source: Source, location: tuple[int | str, ...]) -> Address:
    """pydantic's location less the parts that are not in the document (validator and union names)."""
    address: Address = ()
    for part in location:
        if part == "[key]":
            continue
        if (*address, part) in source.values or (*address, part) in source.keys:
            address = (*address, part)
    return address


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the entry at ``location`` may have, found by walking the models' annotations."""
    found: set[str] = set()
    _walk(model, list(location), found.update)
    return sorted(found)


def _walk(annotation: Any, location: list[int | str], report: Callable[[Iterable[str]], None]) -> None:
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        _walk(typing.get_args(annotation)[0], location, report)
    elif origin in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            _walk(option, location, report)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        names = {f.alias or name: f for name, f in annotation.model_fields.items()}
        if not location:
            report(names)
        elif str(location[0]) in names:
            _walk(names[str(location[0])].annotation, location[1:], report)
        else:  # a union's tag, or the name of a wrapped validator
            _walk(annotation, location[1:], report)
    elif origin is not None and location:
        arguments = [a for a in typing.get_args(annotation) if a is not Ellipsis]
        _walk(arguments[-1], location[1:], report)
