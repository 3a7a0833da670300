"""What is explained is what was assessed."""

from pathlib import Path

import pytest

from lexposure.exposure.assess import assess
from lexposure.exposure.explaining import explain
from lexposure.law.packs import load
from lexposure.program.reading import Reading, read_program

LAW = load()
PROGRAM = """
lexposure: 1
program: {{id: p, name: P, as_of: 2026-06-01}}
parties: {{acme: {{role: controller, seat: DE}}}}
populations: {{staff: {{kind: employee, place: DE, of: acme, count: {{likely: 100, kind: reported}}}}}}
systems: {{store: {{operator: acme, place: DE}}}}
uses: {{train: {{at: store, purpose: ai_training}}}}
flows: {{capture: {{from: staff, to: store, data: email_content, occurs: {occurs}}}}}
safeguards: {{lock: {{kind: access_control, on: {{system: store}}, state: failed}}}}
"""


def reading(tmp_path: Path, occurs: str) -> Reading:
    path = tmp_path / "program.yaml"
    path.write_text(PROGRAM.format(occurs=occurs))
    return read_program(path)


@pytest.mark.parametrize(("occurs", "status"), [("yes", "breach"), ("unknown", "unknown")])
def test_what_only_possibly_reaches_a_use_is_open_in_both(tmp_path: Path, occurs: str, status: str) -> None:
    program = reading(tmp_path, occurs)
    (finding,) = (f for f in assess(program, LAW).findings if f.provision == "gdpr-32")
    (explained,) = explain(program, LAW, finding.id)
    assert finding.status == status
    assert explained.judgement.status.value == status
    assert explained.rows == finding.rows
    assert explained.bare == finding.bare
