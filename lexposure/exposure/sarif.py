"""Findings as SARIF 2.1: each on the line of the client's model where its path begins."""

import json
from urllib.parse import quote

from lexposure.exposure.assessment import Assessment, FindingNote, Where

_LEVEL = {"breach": "error", "arguable": "warning", "unknown": "note"}


def as_sarif(a: Assessment, program: str) -> str:
    """A SARIF log with one run; rules are the provisions that fired or are open."""
    used = {f.provision for f in a.findings}
    provisions = [p for p in a.provisions if p.id in used]
    index = {p.id: i for i, p in enumerate(provisions)}
    folder = program.replace("\\", "/").rpartition("/")[0]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "lexposure", "version": a.made.lexposure,
                "rules": [{
                    "id": p.id, "name": p.heading, "shortDescription": {"text": f"{p.cite}: {p.heading}"},
                    "fullDescription": {"text": p.text.strip()},
                    "properties": {"jurisdiction": p.jurisdiction, "certainty": p.certainty,
                                   "checked": p.checked.isoformat(), "confidence": p.confidence},
                } for p in provisions],
            }},
            "results": [_result(a, f, index[f.provision], folder) for f in a.findings],
        }],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _result(a: Assessment, f: FindingNote, rule: int, folder: str) -> dict[str, object]:
    provision = next(p for p in a.provisions if p.id == f.provision)
    places = [f.where] if f.where else []
    flows = {x.id: x for x in a.flows}
    steps = [flows[name].where for name in f.path]
    return {
        "ruleId": f.provision, "ruleIndex": rule, "level": _LEVEL[f.status],
        "message": {"text": f"{f.status}: {provision.cite}, {provision.heading}; concerns {', '.join(f.populations)}"},
        "locations": [_location(p, folder) for p in places],
        "codeFlows": [{"threadFlows": [{"locations": [
            {"location": _location(p, folder)} for p in steps if p is not None]}]}] if any(steps) else [],
        "partialFingerprints": {"findingId/v1": f.id},
    }


def _location(where: Where, folder: str) -> dict[str, object]:
    uri = quote(f"{folder}/{where.file}" if folder else where.file)
    return {"physicalLocation": {"artifactLocation": {"uri": uri},
                                 "region": {"startLine": where.line, "startColumn": where.column}}}
