"""A cold `assess --json` and a cold `memo` of the sample against what no such program can do without.

The floor of both is the interpreter with the libraries imported; that of the memo also sets a document of as many
pages, with the memo's own number of table cells and characters, in reportlab alone and in the same faces.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import LEXPOSURE, PYTHON, ROOT, alternately, compare, once

SAMPLE = ROOT / "samples" / "meta-mci" / "program.yaml"
RUNS, AIM = 7, 2.0
_IMPORTS = "import click, yaml, pydantic, networkx"


def measured_memo() -> dict[str, int]:
    """How much the sample's memo holds: pages of the PDF, table cells, and the characters in and outside them."""
    from lexposure.exposure.assess import assess
    from lexposure.law.packs import load
    from lexposure.memo import pdf
    from lexposure.memo.document import Bullets, Heading, Paragraph, Table, Text, runs
    from lexposure.memo.risk_memo import Letterhead, risk_memo
    from lexposure.program.reading import read_program

    def length(text: Text) -> int:
        return sum(len(run if isinstance(run, str) else run.text) for run in runs(text))

    document = risk_memo(assess(read_program(SAMPLE), load()), Letterhead("", "", False))
    cells = [cell for block in document.blocks if isinstance(block, Table)
             for row in (block.head, *block.rows) for cell in row]
    prose: list[Text] = []
    for block in document.blocks:
        prose += [block.text] if isinstance(block, Heading | Paragraph) else []
        prose += block.items if isinstance(block, Bullets) else ()
    return {"pages": pages(pdf.render(document)), "cells": len(cells), "in_cells": sum(map(length, cells)),
            "paragraphs": len(prose), "in_paragraphs": sum(map(length, prose))}


def pages(content: bytes) -> int:
    """The pages of one of our PDFs, whose page objects are written plainly."""
    return content.count(b"/Type /Page\n") or content.count(b"/Type /Page ")


def bare_document(size: dict[str, int]) -> None:
    """A document of that size in reportlab alone: every cell wraps its text, as any readable table must."""
    from reportlab import platypus as rl
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    fonts = ROOT / "lexposure" / "memo" / "fonts"
    for name in ("SourceSans3-Regular", "SourceSerif4-Regular"):
        pdfmetrics.registerFont(TTFont(name, str(fonts / f"{name}.ttf")))
    cell = ParagraphStyle("cell", fontName="SourceSans3-Regular", fontSize=8.2, leading=10.4)
    body = ParagraphStyle("body", fontName="SourceSerif4-Regular", fontSize=10, leading=14, spaceAfter=6)
    words = "the processing relies on a basis that is not documented for this flow "

    def text(length: int) -> str:
        return (words * (length // len(words) + 1))[:length]

    per_page, columns = size["cells"] // size["pages"], 4
    story: list[rl.Flowable] = []
    for _ in range(size["pages"]):
        story += [rl.Paragraph(text(size["in_paragraphs"] // size["paragraphs"]), body)
                  for _ in range(size["paragraphs"] // size["pages"])]
        rows = [[rl.Paragraph(text(size["in_cells"] // size["cells"]), cell) for _ in range(columns)]
                for _ in range(per_page // columns)]
        story += [rl.Table(rows), rl.PageBreak()]
    with tempfile.TemporaryFile() as stream:
        rl.SimpleDocTemplate(stream, invariant=1, topMargin=36, bottomMargin=36).build(story)


def main() -> None:
    """Measure and print."""
    # In a process of its own: a child's peak memory is counted from its parent's.
    size = json.loads(subprocess.run([PYTHON, __file__, "--size"], check=True, capture_output=True).stdout)
    print(f"the memo: {size['pages']} pages, {size['cells']} table cells ({size['in_cells']:,} characters), "
          f"{size['paragraphs']} paragraphs ({size['in_paragraphs']:,})\n")
    with tempfile.TemporaryDirectory() as folder:
        memo = str(Path(folder) / "memo.pdf")
        once([LEXPOSURE, "memo", str(SAMPLE), "-o", memo])  # bytecode and disk caches are warm for all alike
        costs = alternately({
            "assess --json": [LEXPOSURE, "assess", "--json", str(SAMPLE)],
            "imports": [PYTHON, "-c", _IMPORTS],
            "memo": [LEXPOSURE, "memo", str(SAMPLE), "-o", memo],
            "imports and reportlab": [PYTHON, "-c", _IMPORTS + "; import reportlab.platypus"],
            "imports and bare document": [PYTHON, __file__, "--bare", json.dumps(size)],
        }, RUNS)
    compare(costs, [("assess --json", "imports", AIM), ("memo", "imports and reportlab", AIM),
                    ("memo", "imports and bare document", AIM)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        import click  # noqa: F401 - the floor imports what the command must
        import networkx  # noqa: F401
        import pydantic  # noqa: F401
        import yaml  # noqa: F401

        bare_document(json.loads(sys.argv[2]))
    elif sys.argv[1:2] == ["--size"]:
        print(json.dumps(measured_memo()))
    else:
        main()
