"""What an assessment says of losses: the part that renderers see. Amounts in euros, probabilities from 0 to 1."""

from lexposure.exposure.part import Part, Sum


class StepNote(Part):
    """A row of a calculation: figures in the method's currency, or multipliers."""

    step: str
    text: str
    cite: str
    how: str
    low: Sum | None
    likely: Sum | None
    high: Sum | None
    multiplies: bool


class SheetNote(Part):
    """A fine calculated by a published method, step by step."""

    method: str
    currency: str
    level: str
    steps: tuple[StepNote, ...]
    low: Sum
    likely: Sum
    high: Sum
    ceiling: Sum


class ChanceNote(Part):
    """A link of the chain from a program to a loss: what has to happen, and how probable it is taken to be."""

    text: str
    probability: float


class MovedNote(Part):
    """What moves a predicted fine, as a factor on the typical one."""

    text: str
    factor: float


class PerilNote(Part):
    """One possible loss: before whom, what for, the chain of probabilities, and the amount if it comes to that.

    ``probability`` is that of the whole chain. ``low``, ``likely`` and ``high`` are the 5, 50 and 95 % quantiles of the
    amount; ``expected`` and ``tail`` its share of the expected loss and of the worst twentieth.
    """

    id: str
    matter: str
    kind: str
    forum: str | None
    jurisdiction: str
    controller: str
    heads: tuple[str, ...]
    findings: tuple[str, ...]
    chain: tuple[ChanceNote, ...]
    probability: float
    low: int
    likely: int
    high: int
    ceiling: int | None
    expected: int
    tail: int
    sheet: SheetNote | None
    moved: tuple[MovedNote, ...]


class ShareNote(Part):
    """What a jurisdiction, authority, provision, flow, system or population has in the losses."""

    id: str
    expected: float
    tail: float


class Shares(Part):
    """The expected loss and the worst twentieth, shared out in several ways; each way adds up to the whole."""

    jurisdictions: tuple[ShareNote, ...]
    authorities: tuple[ShareNote, ...]
    provisions: tuple[ShareNote, ...]
    flows: tuple[ShareNote, ...]
    systems: tuple[ShareNote, ...]
    populations: tuple[ShareNote, ...]


class ScoreNote(Part):
    """The exposure score of something, from 0 to 100."""

    id: str
    score: float
    expected: int


class WorthNote(Part):
    """What an unknown fact, or an uncertain number, is worth: the expected loss at both ends and as modelled."""

    id: str
    argument: str
    text: str
    well: int
    modelled: int
    badly: int


class PointNote(Part):
    """A point of the loss exceedance curve."""

    amount: int
    exceeded: float


class PriorNote(Part):
    """A prior in force."""

    id: str
    value: float
    low: float
    high: float
    unit: str
    basis: str
    text: str
    sources: tuple[str, ...]
    note: str
    overridden: bool


class SensitivityNote(Part):
    """How the loss that is exceeded once in twenty depends on the correlation."""

    correlation: float
    p95: int


class Losses(Part):
    """What the exposures may come to in all: a modelled judgement, never a forecast.

    ``tail`` is the mean of the worst twentieth. ``quantiles`` and ``thresholds`` are keyed by level in percent and amount.
    """

    currency: str
    expected: int
    nothing: float
    quantiles: dict[str, int]
    tail: int
    thresholds: dict[str, float]
    curve: tuple[PointNote, ...]
    perils: tuple[PerilNote, ...]
    shares: Shares
    score: float
    scores_by_jurisdiction: tuple[ScoreNote, ...]
    scores_by_operation: tuple[ScoreNote, ...]
    unknowns: tuple[WorthNote, ...]
    estimates: tuple[WorthNote, ...]
    sensitivity: tuple[SensitivityNote, ...]
    fitted_on: str
    priors: tuple[PriorNote, ...]
