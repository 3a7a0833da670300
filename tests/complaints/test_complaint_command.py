"""The command and what it writes: tables, JSON, charts, reports and papers; wrong usage ends with 2 and writes nothing."""

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from click.testing import Result
from pypdf import PdfReader

from lexposure.complaints.complaint import Complaint, Request, complain
from lexposure.complaints.procedure import built_in
from lexposure.exposure.assess import assess, weighed
from lexposure.exposure.assessment import Assessment
from lexposure.law.packs import load
from lexposure.memo.complaint_charts import as_svg, fan, tiles
from lexposure.memo.complaint_papers import papers
from lexposure.memo.complaint_report import complaint_report, fan_rows
from lexposure.memo.document import Bullets, Document, FanRow, Heading, Paragraph, Table
from lexposure.memo.rendering import rendered
from lexposure.program.reading import read_program
from tests.commands import run

#: People in two states of the EEA, in Great Britain and in California, with names that try what names should not.
HOSTILE = {"party": "<b>Acme</b> & \"Sons\" </para><script>alert(1)</script>", "people": "Staff <i>{{7*7}}</i> & =1+1"}
PROGRAM = f"""
lexposure: 1
program: {{id: watched, name: 'Watched <u>staff</u>', as_of: 2026-06-01, started: 2026-03-01}}
groups:
  acme-group: {{turnover: [{{likely: 900000000, currency: EUR, year: 2025, kind: reported}}]}}
parties:
  acme:
    name: '{HOSTILE["party"]}'
    role: controller
    seat: IE
    establishments: [DE]
    main_establishment: yes
    group: acme-group
  acme-us: {{name: Acme US, role: joint_controller, seat: US-CA, group: acme-group}}
populations:
  staff-de: {{name: '{HOSTILE["people"]}', kind: employee, place: DE, of: acme, count: {{likely: 400, kind: reported}}}}
  staff-at: {{kind: employee, place: AT, of: acme}}
  users-gb: {{kind: user, place: GB}}
  staff-ca: {{kind: employee, place: US-CA, of: acme-us, count: {{likely: 2000, kind: reported}}}}
systems:
  recorder: {{operator: acme, place: US}}
uses:
  improve: {{at: recorder, purpose: agent_training, controllers: [acme, acme-us]}}
flows:
  from-de: {{from: staff-de, to: recorder, data: [keystrokes, health, biometric_identifiers]}}
  from-at: {{from: staff-at, to: recorder, data: [keystrokes, email_content]}}
  from-gb: {{from: users-gb, to: recorder, data: [keystrokes, health]}}
  from-ca: {{from: staff-ca, to: recorder, data: [keystrokes, email_content]}}
facts:
  vague: {{fact: purpose_specified, value: no, evidence: 'as alleged <b>'}}
""".lstrip()
FORUMS = "IE,DE,AT,GB,US-CA"
#: One state's staff, for what does not look at more.
SMALL = """
lexposure: 1
program: {id: small, name: Small, as_of: 2026-06-01}
parties: {acme: {role: controller, seat: AT}}
populations: {staff: {kind: employee, place: AT, of: acme}}
systems: {recorder: {operator: acme, place: AT}}
uses: {improve: {at: recorder, purpose: product_analytics}}
flows: {capture: {from: staff, to: recorder, data: keystrokes}}
""".lstrip()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("program") / "watched.yaml"
    path.write_text(PROGRAM, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("program") / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def followed(program: str) -> tuple[Assessment, Complaint]:
    """The assessment, and the complaint before all forums."""
    reading, law = read_program(Path(program)), load()
    given = weighed(reading, law)
    request = Request("represented", reading.as_of, True, 5 * 365, 20_000, 0)
    return assess(reading, law), complain(given, reading.program, FORUMS.split(","), request, built_in())


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in an empty folder, so that what they write is seen."""
    monkeypatch.chdir(tmp_path)


def file_complaint(program: str, *more: str, forums: str = FORUMS) -> Result:
    return run("complaint", program, "--forums", forums, "--draws", "2000", *more)


def words(*parts: Any) -> str:
    """All text of blocks, runs and tables, as one."""
    said = []
    for part in parts:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, tuple):
            said.append(words(*part))
        elif isinstance(part, Table):
            said.append(words(*part.head, *part.rows))
        elif isinstance(part, Bullets):
            said.append(words(*part.items))
        elif hasattr(part, "text"):
            said.append(words(part.text))
    return " ".join(said)


def of(document: Document) -> str:
    """Everything that a document says."""
    return words(document.title, document.subject, document.running, *document.header, *document.blocks)


def pdf_text(content: bytes) -> str:
    """What a PDF shows, without spaces: lines break where they must."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


# -- for people and for machines ------------------------------------------------------------------------------------------


def test_the_table_names_every_forum_its_route_and_the_joint_figures(program: str) -> None:
    result = file_complaint(program, "--urgent")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "IE leads" in lines[0]
    rows = {line.split("\t")[0]: line.split("\t") for line in lines if "\t" in line}
    assert [rows[c][2] for c in ("IE", "DE", "AT", "GB", "US-CA")] == ["lead", "concerned", "concerned", "own", "own"]
    assert {"interim stop within 3 months", "any decision within 5 years", "any upheld"} <= set(rows)
    assert "\x1b" not in result.stdout


def test_the_json_parses_and_says_what_the_library_says(program: str, followed: tuple[Assessment, Complaint]) -> None:
    result = run("complaint", program, "--forums", FORUMS, "--urgent", "--draws", "20000", "--json")
    found, made = json.loads(result.stdout), followed[1]
    assert (result.exit_code, result.stderr) == (0, "")
    assert found["joint"] == dict(made.joint)
    assert [f["loss"] for f in found["forums"]] == [dict(o.loss) for o in made.forums]
    assert (found["filed"], found["lead"], found["draws"]) == ("2026-06-01", "IE", 20_000)


def test_the_day_the_complainant_and_the_years_are_those_asked_for(small: str) -> None:
    found = json.loads(file_complaint(small, "--filed", "2027-04-02", "--complainant", "body", "--years", "2", "--json",
                                      forums="AT").stdout)
    assert (found["filed"], found["complainant"], found["horizon_days"]) == ("2027-04-02", "body", 730)
    assert found["regime"]["id"] == "procedural-regulation"
    assert found["forums"][0]["standing"]["holds"] is None
    assert max(days["p90"] for days in found["forums"][0]["days"].values()) <= 730


def test_waves_are_told_for_people_and_as_json() -> None:
    told = run("waves", "--draws", "2000")
    head, *rows = (line.split("\t") for line in told.stdout.splitlines())
    assert told.exit_code == 0
    assert len(head) == 5
    parsed = json.loads(run("waves", "--draws", "2000", "--json").stdout)
    assert [(c["wave"], c["text"], c["observed"]) for c in parsed] == [tuple(row[:3]) for row in rows]
    assert [row[4] for row in rows] == ["no: a figure was chosen for it" if c["seen"] else "yes" for c in parsed]


# -- wrong usage ----------------------------------------------------------------------------------------------------------

WRONG = {
    "no forums": [], "no forum": ["--forums", ""], "a forum that is none": ["--forums", "ZZ"],
    "a forum without a link": ["--forums", "PL"], "no complainant": ["--forums", "AT", "--complainant", "nobody"],
    "no day": ["--forums", "AT", "--filed", "yesterday"], "before the law": ["--forums", "AT", "--filed", "2018-05-24"],
    "no years": ["--forums", "AT", "--years", "0"], "too few draws": ["--forums", "AT", "--draws", "10"],
    "a negative seed": ["--forums", "AT", "--seed", "-1"], "no such phase": ["--forums", "AT", "--phase", "none"],
    "no such priors": ["--forums", "AT", "--priors", "nowhere.yaml"],
    "a report of no form": ["--forums", "AT", "-o", "report.txt"],
    "a report into no folder": ["--forums", "AT", "-o", "nowhere/report.pdf"],
    "a chart into no folder": ["--forums", "AT", "--chart", "nowhere/chart.svg"],
    "a map over a folder": ["--forums", "AT", "--map", "."],
    "a graph of no form": ["--forums", "AT", "--routing", "graph.png"],
    "a forum that is none, and files": ["--forums", "ZZ", "-o", "a.pdf", "--chart", "c.svg", "--map", "m.svg",
                                        "--papers", "p"],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_wrong_usage_ends_with_a_sentence_and_writes_nothing(small: str, tmp_path: Path, arguments: list[str]) -> None:
    result = run("complaint", small, "--draws", "1000", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "error[LX" in result.stderr or "Usage:" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_papers_are_not_written_over_a_file(small: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    result = file_complaint(small, "--papers", "taken", forums="AT")
    assert (result.exit_code, result.stdout) == (2, "")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"taken": "mine"}


def test_what_is_wrong_is_told_as_json_where_asked(small: str) -> None:
    result = run("complaint", small, "--forums", "USCA", "--json")
    fault, = json.loads(result.stdout)["diagnostics"]
    assert (result.exit_code, fault["code"], fault["nearest"]) == (2, "LX501", "US-CA")


# -- charts ---------------------------------------------------------------------------------------------------------------


def texts(svg: bytes) -> list[str]:
    """The texts of a well-formed drawing."""
    return ["".join(e.itertext()).strip() for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("text")]


def test_the_chart_and_the_map_are_well_formed_and_show_the_forums(program: str, tmp_path: Path) -> None:
    result = file_complaint(program, "--chart", "chart.svg", "--map", "map.svg")
    assert (result.exit_code, result.stdout) == (0, "")
    shown = texts((tmp_path / "chart.svg").read_bytes())
    for code in FORUMS.split(","):
        assert any(t.startswith(code + " ") for t in shown), code
    assert {"filed", "1 y", "5 y"} <= set(shown)
    assert {"IE", "DE", "AT", "GB", "NO", "CY"} <= set(texts((tmp_path / "map.svg").read_bytes()))


def test_every_state_with_an_authority_in_the_area_has_a_tile_of_its_own() -> None:
    shown = [t for t in texts(as_svg(tiles({}, ()))) if len(t) == 2]
    eea = {p for p, f in load().forums.values() if f.kind == "supervisory_authority" and "gdpr" in f.competent_for}
    assert len(shown) == len(set(shown))
    assert eea <= set(shown)


def test_a_hostile_label_stays_text_in_the_chart() -> None:
    svg = as_svg(fan([FanRow("<script>&\"'</text>", (1, 2, 3), 0.5, 4), FanRow("x" * 90, None, 0.0, None)], 365))
    assert any(t.startswith("<script>&\"'") for t in texts(svg))
    assert b"<script" not in svg


def test_the_chart_shows_what_the_forums_outlook_says(followed: tuple[Assessment, Complaint]) -> None:
    for row, o in zip(fan_rows(followed[1]), followed[1].forums, strict=True):
        days = o.days["decision"]
        assert row.decision == (days["p10"], days["p50"], days["p90"])
        assert row.probability == o.outcomes["decision"]
        assert row.label.startswith(o.filing.code)


def test_the_routing_leads_from_the_complainant_to_whoever_decides(program: str, tmp_path: Path) -> None:
    assert file_complaint(program, "--routing", "graph.json").exit_code == 0
    graph = json.loads((tmp_path / "graph.json").read_text(encoding="utf-8"))
    targets = {e["source"]: e["target"] for e in graph.get("links", graph.get("edges")) if e["source"] != "complainant"}
    assert targets["at-dpa"] == targets["de-land"] == targets["ie-dpa"]
    assert targets["gb-dpa"] not in (targets["at-dpa"], targets["us-ca-court"])


@pytest.mark.parametrize("form", ["dot", "graphml"])
def test_the_routing_comes_in_other_forms(small: str, tmp_path: Path, form: str) -> None:
    assert file_complaint(small, "--routing", f"graph.{form}", forums="AT").exit_code == 0
    content = (tmp_path / f"graph.{form}").read_text(encoding="utf-8")
    assert "Austrian Data Protection Authority" in content
    if form == "graphml":
        ElementTree.fromstring(content)


# -- report and papers ----------------------------------------------------------------------------------------------------


SECTIONS = ("Brief answer", "Forum by forum", "Standing and route", "What happens, and when", "Grounds",
            "The figures it rests on")


def test_the_report_is_written_as_pdf(small: str, tmp_path: Path) -> None:
    assert file_complaint(small, "-o", "report.pdf", forums="AT").exit_code == 0
    shown = pdf_text((tmp_path / "report.pdf").read_bytes())
    for section in SECTIONS:
        assert "".join(section.split()) in shown, section


def test_the_report_is_written_for_word(small: str, tmp_path: Path) -> None:
    assert file_complaint(small, "-o", "report.docx", forums="AT").exit_code == 0
    heads = [p.text for p in docx.Document(str(tmp_path / "report.docx")).paragraphs]
    assert set(SECTIONS) <= set(heads)


def test_the_report_tells_three_figures_apart_and_every_figure_that_it_rests_on(
    followed: tuple[Assessment, Complaint]
) -> None:
    report = complaint_report(*followed)
    said, joint = of(report), followed[1].joint
    for label, name in (("An interim stop", "interim_stop_within_3_months"), ("A decision", "any_decision_within_3_years"),
                        ("Liability", "any_upheld")):
        assert label in said
        assert f"{joint[name]:.0%}" in said
    for figure in built_in().figures.values():
        assert figure.text in said
    assert "chosen for transfers-101" in said
    assert "one year of learning" in said
    for o in followed[1].forums:
        assert o.filing.why in said
        assert o.filing.grounds[0].finding.rule.cite in said
    assert "Watched <u>staff</u>" in said


def test_the_papers_are_four_files_a_forum_with_blanks_in_brackets(small: str, tmp_path: Path) -> None:
    result = file_complaint(small, "--urgent", "--papers", "papers/all", forums="AT")
    assert (result.exit_code, result.stdout) == (0, "")
    names = {p.name for p in (tmp_path / "papers" / "all").iterdir()}
    assert names == {f"at-dpa-{kind}.{form}" for kind in ("complaint", "defence") for form in ("pdf", "docx")}
    assert "[nameandaddressofthedatasubject]" in pdf_text((tmp_path / "papers/all/at-dpa-complaint.pdf").read_bytes())
    assert "[tobecompleted]" in pdf_text((tmp_path / "papers/all/at-dpa-defence.pdf").read_bytes())
    for name in names:
        if name.endswith(".docx"):
            docx.Document(str(tmp_path / "papers" / "all" / name))


def test_both_papers_cite_every_ground_that_the_complaint_shows(followed: tuple[Assessment, Complaint]) -> None:
    assessment, complaint = followed
    made = {p.forum: p for p in papers(assessment, complaint)}
    assert set(made) == {o.filing.forum for o in complaint.forums}
    for o in complaint.forums:
        for document in (made[o.filing.forum].outline, made[o.filing.forum].defence):
            heads = [b.text for b in document.blocks if isinstance(b, Heading)]
            for g in o.filing.grounds[:12]:
                assert any(h.startswith(f"{g.finding.rule.cite}: ") for h in heads), (o.filing.forum, g.finding.rule.cite)


def test_papers_ask_only_for_what_was_asked_and_name_who_complains(followed: tuple[Assessment, Complaint]) -> None:
    at = next(p for p in papers(*followed) if p.code == "AT")
    ca = next(p for p in papers(*followed) if p.forum == "us-ca-court")
    assert "art. 66(1) GDPR" in of(at.outline)
    assert "art. 80(1) GDPR" in of(at.outline)
    assert "GDPR" not in " ".join(words(b) for b in ca.outline.blocks if not isinstance(b, Table))


def test_papers_tell_only_the_people_of_the_forum_and_what_flows_from_them(followed: tuple[Assessment, Complaint]) -> None:
    at = next(p for p in papers(*followed) if p.code == "AT")
    blocks = at.outline.blocks
    start = next(i for i, b in enumerate(blocks) if isinstance(b, Heading) and b.text == "Facts")
    told = next(b for b in blocks[start:] if isinstance(b, Table))
    assert len(told.rows) == 1
    assert "email content" in words(told)
    assert "health" not in words(told)


def test_what_the_model_does_not_know_is_to_be_shown_and_not_told(followed: tuple[Assessment, Complaint]) -> None:
    assessment, complaint = followed
    notes = {f.id: f for f in assessment.findings}
    for o, made in zip(complaint.forums, papers(assessment, complaint), strict=True):
        unknown = sum(r.outcome == "unknown" for g in o.filing.grounds[:12] for r in notes[g.finding.id].rows
                      if r.part in ("element", "exception"))
        assert of(made.outline).count("[not known: to be shown]") == unknown, o.filing.forum
    assert any("[not known: to be shown]" in of(p.outline) for p in papers(assessment, complaint))


def test_every_number_in_the_outline_comes_from_the_model_or_the_law(followed: tuple[Assessment, Complaint]) -> None:
    """The complainant's outline tells no probability and no money: those are the defence's."""
    for made in papers(*followed):
        assert "%" not in of(made.outline).replace("4 %", "").replace("2 %", ""), made.forum
        assert "modeled judgements" in of(made.defence)


def test_hostile_names_are_text_in_every_paper_and_form(followed: tuple[Assessment, Complaint]) -> None:
    de = next(p for p in papers(*followed) if p.code == "DE")
    for document in (de.outline, de.defence):
        assert HOSTILE["party"] in of(document)
        assert "".join(HOSTILE["party"].split()) in pdf_text(rendered(document, "x.pdf"))
        word = docx.Document(io.BytesIO(rendered(document, "x.docx")))
        assert HOSTILE["party"] in "".join(t.text or "" for t in word.element.body.iter() if t.tag.endswith("}t"))
    assert HOSTILE["people"] in of(de.outline)


def test_papers_are_the_same_every_time(followed: tuple[Assessment, Complaint]) -> None:
    outline, again = (next(p for p in papers(*followed) if p.code == "AT").outline for _ in range(2))
    for form in ("x.pdf", "x.docx"):
        assert rendered(outline, form) == rendered(again, form)


def test_a_document_says_which_forum_it_is_for(followed: tuple[Assessment, Complaint]) -> None:
    for o, made in zip(followed[1].forums, papers(*followed), strict=True):
        assert o.filing.code in made.outline.running
        assert o.filing.authority.name in words(*made.outline.header)
        assert any(isinstance(b, Paragraph) for b in made.defence.blocks)


def test_a_complaint_is_judged_by_the_law_and_the_phase_of_its_day() -> None:
    noyb = str(Path(__file__).parents[2] / "samples" / "noyb-meta-ai-2024" / "program.yaml")
    filed = ("--forums", "IE", "--filed", "2024-06-06", "--json", "--draws", "1000")
    alone, stated, now = (json.loads(run("complaint", noyb, *filed, *more).stdout) for more in (
        (), ("--phase", "announced"), ("--phase", "relaunch")))
    assert alone == stated != now
