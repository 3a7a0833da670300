"""A provision as one plain value: everything that a pack says about it, for JSON."""

from typing import Any

from lexposure.law.judgement import Rule
from lexposure.law.model import Tier


def fine(tier: Tier) -> str:
    """A fine's ceiling in words."""
    return f"up to {tier.currency} {tier.static:,} or {tier.share:.0%} of turnover"


def describe(rule: Rule) -> dict[str, Any]:
    """Everything about a provision: citation, text, dates, clauses, amounts, source, confidence."""
    i = rule.instrument
    stated = rule.provision.model_dump(mode="json", by_alias=True, exclude={"source", "checked", "confidence"})
    return {
        "id": rule.id, "jurisdiction": i.jurisdiction, "instrument": i.id, "instrument_title": i.title,
        "citation": rule.cite, **stated,
        "in_force": rule.in_force.model_dump(mode="json", by_alias=True),
        "applies": [limb.limb.model_dump(mode="json", by_alias=True) for limb in rule.limbs],
        "tiers": {n: t.model_dump(mode="json", by_alias=True) for n, t in rule.tiers.items()},
        "source": [c.model_dump(mode="json") for c in rule.provision.source or i.source],
        "checked": rule.checked.isoformat(), "confidence": rule.confidence, "file": rule.file,
    }
