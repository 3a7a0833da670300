"""What the parts of an assessment are made of."""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, PlainSerializer


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral() else float(value)


#: A sum of money or a count; a plain number in JSON.
Sum = Annotated[Decimal, PlainSerializer(_plain_number, return_type=int | float, when_used="json")]
#: met, not met, or unknown
Outcome: TypeAlias = Literal["met", "not met", "unknown"]
StatusWord: TypeAlias = Literal["breach", "arguable", "unknown", "clear"]


class Part(BaseModel):
    """The base of the parts: frozen, nothing unknown let through."""

    model_config = ConfigDict(frozen=True, extra="forbid")
