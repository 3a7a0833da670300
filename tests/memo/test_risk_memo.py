"""The memo says what the assessment says, is right in form, and shows hostile text as text."""

import io
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader

from lexposure.exposure.assess import assess
from lexposure.exposure.assessment import Assessment
from lexposure.law.packs import load
from lexposure.memo.document import Bullets, Document, Heading, Paragraph, Strong, Table
from lexposure.memo.pdf import printable, render
from lexposure.memo.risk_memo import PRIVILEGE, Letterhead, risk_memo
from lexposure.program.reading import read_program

SAMPLES = Path(__file__).parents[2] / "samples"


@cache
def assessment() -> Assessment:
    return assess(read_program(SAMPLES / "meta-mci" / "program.yaml"), load())


@cache
def memo(privileged: bool = False) -> bytes:
    return render(risk_memo(assessment(), Letterhead("General Counsel", "Privacy team", privileged)))


@cache
def pages() -> tuple[str, ...]:
    return tuple(page.extract_text() for page in PdfReader(io.BytesIO(memo())).pages)


def text() -> str:
    return " ".join("\n".join(pages()).split())


def small(*blocks: object, title: str = "Memorandum", legend: str = "") -> PdfReader:
    document = Document(title, "", "", legend, (("To", "x"),), "running", "date", blocks)  # type: ignore[arg-type]
    return PdfReader(io.BytesIO(render(document)))


def test_the_answer_is_on_page_one() -> None:
    first = " ".join(pages()[0].split())
    for part in ("Memorandum", "General Counsel", "Privacy team", "Question presented", "Brief answer",
                 "arguable", "Ceiling"):
        assert part in first


def test_the_sections_that_counsel_expects_are_in_the_outline() -> None:
    outline = PdfReader(io.BytesIO(memo())).outline
    titles = [entry.title for entry in outline if not isinstance(entry, list)]
    assert titles == [
        "Question presented", "Brief answer", "Facts relied on", "Exposure: statutory ceilings", "What it may come to",
        "Analysis", "Data-flow map", "Open questions", "Changes ahead", "Assumptions and limits", "Sign-off",
        "Annex A: open provisions, element by element",
        "Annex B: what did not fire, and why", "Annex C: table of authorities", "Annex D: how to make this memo again",
        "Annex E: the priors in force",
    ]


def test_every_finding_and_every_figure_of_a_ceiling_is_told() -> None:
    whole = text()
    provisions = {p.id: p for p in assessment().provisions}
    for finding in assessment().findings:
        assert " ".join(provisions[finding.provision].heading.split()) in whole
    for head in assessment().heads:
        for step in head.arithmetic[:1]:
            assert " ".join(step.split()) in whole


def test_both_readings_of_the_untested_way_into_the_gdpr() -> None:
    whole = text()
    assert "An untested way into" in whole
    assert "The company in the EEA supplies the channel" in whole or "supplies the channel" in whole
    assert "Against:" in whole


def test_estimates_disputes_and_claims_are_marked() -> None:
    whole = text()
    for word in ("placeholder", "disputed", "claimed", "failed", "not stated"):
        assert word in whole


def test_every_page_says_which_of_how_many() -> None:
    total = len(pages())
    for number, page in enumerate(pages(), 1):
        assert f"Page {number} of" in " ".join(page.split())
    forms = PdfReader(io.BytesIO(memo())).pages[0]["/Resources"]["/XObject"]  # type: ignore[index]
    counted = b"".join(x.get_object().get_data() for x in forms.values())
    assert counted
    assert total > 20


def test_fonts_are_embedded() -> None:
    reader = PdfReader(io.BytesIO(memo()))
    used = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index,union-attr]
            used[font.get_object()["/BaseFont"]] = font.get_object()
    assert used
    for name, font in used.items():
        assert "/FontFile2" in font["/FontDescriptor"].get_object(), name


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert render(risk_memo(assessment(), Letterhead("General Counsel", "Privacy team", False))) == memo()


def test_the_memo_of_a_saved_assessment_is_the_memo_of_the_program(tmp_path: Path) -> None:
    from lexposure.exposure.assessment import read_assessment

    saved = tmp_path / "saved.json"
    saved.write_text(assessment().as_json())
    assert render(risk_memo(read_assessment(saved), Letterhead("General Counsel", "Privacy team", False))) == memo()


def test_privilege_is_claimed_only_when_asked_for() -> None:
    assert PRIVILEGE not in text()
    assert PRIVILEGE in PdfReader(io.BytesIO(memo(True))).pages[0].extract_text()


def test_metadata() -> None:
    data = PdfReader(io.BytesIO(memo())).metadata
    assert data is not None
    assert data.title == "Memorandum"
    assert data.author == "Privacy team"
    assert "Model Capability Initiative" in (data.subject or "")


@pytest.mark.parametrize("name", ["Αρχή Προστασίας Δεδομένων", "Urząd Ochrony Danych Osobowych", "Datatilsynet på Grønland",
                                  "Комисия за защита", "Ștefan Țepeș", "Þjóðskrá"])
def test_european_names_render(name: str) -> None:
    assert name in " ".join(small(Paragraph(name)).pages[0].extract_text().split())
    assert printable(name) == name


@pytest.mark.parametrize(("hostile", "shown"), [
    ("<b>bold</b> & <font color=red>", "<b>bold</b> & <font color=red>"),
    ("<a href='http://example.org'>x</a><img src='x.png'/>", "<a href='http://example.org'>x</a><img src='x.png'/>"),
    ("&amp; &lt; &#65;", "&amp; &lt; &#65;"),
    ("</para><para>", "</para><para>"),
    ("right\u202eto left", "right[U+202E]to left"),
    ("zero\u200bwidth", "zero[U+200B]width"),
    ("emoji \U0001f600", "emoji [U+1F600]"),
    ("bell\x07", "bell[U+0007]"),
    ("{braces} %s $x \\n", "{braces} %s $x \\n"),
])
def test_hostile_text_is_shown_as_text_everywhere(hostile: str, shown: str) -> None:
    reader = small(Heading(hostile), Paragraph((Strong(hostile), hostile)), Bullets((hostile,)),
                   Table((hostile,), ((hostile,),), (1,)), title=hostile)
    found = " ".join(reader.pages[0].extract_text().split())
    assert found.count(shown) >= 6
    assert not reader.pages[0].get("/Annots")


def test_long_words_and_long_cells_stay_on_the_page() -> None:
    word = "x" * 400
    reader = small(Table(("a", "b"), ((word, "y " * 4000),), (1, 1)), Paragraph(word))
    assert len(reader.pages) > 1
    for page in reader.pages:
        assert page.mediabox.width == pytest.approx(595.28, abs=0.1)
