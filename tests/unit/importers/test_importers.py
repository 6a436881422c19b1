"""Files of metafor, RevMan and Covidence become trial folders that the validator passes."""

import csv
import io
import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples
from tests.rscript import printed_by_r

from metasynth import __main__
from metasynth.importers import trial_folders
from metasynth.review import load
from metasynth.tables import reader

BCG = Path(__file__).parents[3] / ".test/data/raw"


@pytest.fixture
def review(tmp_path, monkeypatch):
    """A folder with nothing but references.bib, in which the command is run."""
    (tmp_path / "data/raw").mkdir(parents=True)
    bib = "@misc{source, title = {Where the file is from}}\n"
    (tmp_path / "data/raw/references.bib").write_text(bib, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(program, path, *options):
    return __main__.main(["import", program, str(path), "--reference", "source", *options])


def imported(folder):
    """The trials by id, which the validator has passed."""
    raw = reader.read(folder / "data/raw")
    assert [f for f in load.validate(None, raw) if f.severity == "error"] == []
    return {trial.study.study: trial for trial in reader.trials(raw)}


def sheet(path, header, *rows):
    out = io.StringIO()
    csv.writer(out).writerows([header.split(","), *rows])
    path.write_bytes(out.getvalue().encode("utf-8", "replace"))
    return path


def bcg_rows():
    """The counts of the 13 trials, as the raw tables of the second review have them."""
    for trial in reader.trials(reader.read(BCG)):
        bcg, control = trial.results
        assert (bcg.arm_id, control.arm_id) == ("vaccinated", "control")
        yield trial, (bcg.events, bcg.total, control.events, control.total)


def test_bcg_as_metadat_has_it(review, capsys):
    """The columns of dat.bcg, with names that are not escalc's."""
    rows = [
        (n, t.study.label.rsplit(" ", 1)[0], t.study.year, a, n1 - a, c, n2 - c, 44)
        for n, (t, (a, n1, c, n2)) in enumerate(bcg_rows(), start=1)
    ]
    file = sheet(review / "bcg.csv", "trial,author,year,tpos,tneg,cpos,cneg,ablat", *rows)
    columns = ("ai=tpos", "bi=tneg", "ci=cpos", "di=cneg")
    options = [word for column in columns for word in ("--column", column)]
    assert run("metafor", file, "--outcome", "tuberculosis", *options, "--week", "12") == 0
    trials = imported(review)
    found = [
        (*(n for r in trial.results for n in (r.events, r.total)), trial.study.year)
        for trial in trials.values()
    ]
    assert sorted(found) == sorted((*counts, t.study.year) for t, counts in bcg_rows())
    assert {r.week for trial in trials.values() for r in trial.results} == {12}
    said = capsys.readouterr().out
    assert said.startswith("13 trials written to data/raw/trials: ")
    assert "Not imported" not in said


def test_every_number_leads_back_to_its_row(review):
    file = sheet(
        review / "d.csv",
        "study,ai,n1i,ci,n2i",
        ("Smith 2001", 1, 10, 2, 20),
        ("Łukasz & Sons 2002", 3, 30, 4, 40),
        ("Łukasz; Sons 2002", 5, 50, 6, 60),
        ("研究", 7, 70, 8, 80),
    )
    assert run("metafor", file, "--outcome", "death", "--intervention", "Drug A") == 0
    trials = imported(review)
    assert sorted(trials) == ["lukasz_sons_2002", "lukasz_sons_2002_2", "smith_2001", "study"]
    trial = trials["lukasz_sons_2002_2"]
    assert trial.study.label == "Łukasz; Sons 2002"
    assert trial.study.year == 2002
    assert [(arm.arm_id, arm.treatment) for arm in trial.arms] == [
        ("drug_a", "Drug A"),
        ("control", "control"),
    ]
    (source,) = trial.sources
    assert (source.locator, source.reference) == ("d.csv, row 4", "source")
    assert {result.source_id for result in trial.results} == {source.source_id}
    assert [(r.events, r.total, r.provenance) for r in trial.results] == [
        (5, 50, "external"),
        (6, 60, "external"),
    ]


def test_means_and_contrasts(review):
    means = sheet(
        review / "m.csv",
        "author,year,m1i,sd1i,n1i,m2i,sd2i,n2i",
        ("Smith", 2001, -55.5, 47, 155, 75, 64.25, 156),
    )
    assert run("metafor", means, "--outcome", "stay", "--to", "data/raw/trials") == 0
    contrasts = sheet(
        review / "c.csv",
        "slab,yi,vi",
        ("Jones 2002", -0.889311333920205, 0.325584765003961),
        ("Small 2003", "1e-05", 4),
    )
    assert run("metafor", contrasts, "--outcome", "tb") == 0
    errors = sheet(review / "e.csv", "study,yi,sei", ("Brown 2004", 0.5, 0.25))
    assert run("metafor", errors, "--outcome", "tb") == 0
    trials = imported(review)
    first, second = trials["smith_2001"].results
    assert (first.mean, first.sd, first.total) == (-55.5, 47.0, 155)
    assert (second.mean, second.sd, second.total) == (75.0, 64.25, 156)
    (jones,) = trials["jones_2002"].results
    assert jones.estimate == -0.889311333920205
    assert jones.se == pytest.approx(math.sqrt(0.325584765003961), rel=1e-15)
    assert (jones.arm_id, jones.reference_arm_id) == ("intervention", "control")
    assert "square root" in jones.note
    assert trials["small_2003"].results[0].estimate == 1e-05
    assert trials["brown_2004"].results[0].se == 0.25


R_LONG = """
suppressMessages(library(metafor))
d <- dat.bcg
d$author[1:2] <- c("Aronson, J", 'The "Ferguson" group')
write.csv(to.long(measure="RR", ai=tpos, bi=tneg, ci=cpos, di=cneg, data=d), "bcg.csv",
          row.names=FALSE)
write.csv(to.long(measure="MD", m1i=m1i, sd1i=sd1i, n1i=n1i, m2i=m2i, sd2i=sd2i, n2i=n2i,
          data=dat.normand1999, append=FALSE), "normand.csv", row.names=FALSE)
"""


def test_what_r_itself_writes_in_long_form(review):
    printed_by_r(review, "-e", R_LONG)
    assert run("metafor", "bcg.csv", "--outcome", "tuberculosis") == 0
    assert run("metafor", "normand.csv", "--outcome", "stay") == 0
    trials = imported(review)
    assert len(trials) == 13 + 9
    found = sorted(
        tuple(n for r in trial.results for n in (r.events, r.total))
        for trial in trials.values()
        if trial.results[0].outcome == "tuberculosis"
    )
    assert found == sorted(counts for _, counts in bcg_rows())
    assert trials["the_ferguson_group_1949"].study.label == 'The "Ferguson" group 1949'
    first, second = trials["study_1"].results
    assert (first.mean, first.sd, first.total) == (55.0, 47.0, 155)
    assert (second.mean, second.sd, second.total) == (75.0, 64.0, 156)


REVMAN = (
    "Analysis group,Analysis number,Analysis name,Subgroup,Applicability,Study,Study year,GIV Mean,"
    "GIV SE,Experimental mean,Experimental SD,Experimental cases,Experimental N,Control mean,"
    "Control SD,Control cases,Control N,O-E,Variance,Weight,Mean,CI start,CI end,Footnotes"
)


def revman_row(study, number, name, subgroup="", group="1", **numbers):
    given = {
        "Analysis group": group,
        "Analysis number": number,
        "Analysis name": name,
        "Subgroup": subgroup,
        "Study": study,
        **{key.replace("_", " "): text for key, text in numbers.items()},
    }
    return [given.get(column, "") for column in REVMAN.split(",")]


def counts(a, n1, c, n2):
    return {
        "Experimental_cases": a,
        "Experimental_N": n1,
        "Control_cases": c,
        "Control_N": n2,
    }


REVMAN_ROWS = [
    revman_row("Smith 2001", "1", "Death", Study_year="2001", **counts(1, 10, 2, 20)),
    revman_row("Jones 2002", "1", "Death", **counts(3, 30, 4, 40), Footnotes="As randomised."),
    revman_row("Jones 2002", "1", "Death", "Women", **counts(1, 10, 2, 10)),
    revman_row("Brown 2003", "1", "Death", **counts(31, 30, 4, 40)),
    revman_row("Black 2004", "1", "Death", **counts("2.5", 30, 4, 40)),
    revman_row("Smith 2001", "2", "Pain (0-100)", Experimental_mean="-1.5", Experimental_SD="2",
               Experimental_N="10", Control_mean="0", Control_SD="2.5", Control_N="20"),
    revman_row("Smith 2001", "3", "Time to death", GIV_Mean="-0.25", GIV_SE="0.125"),
    revman_row("Jones 2002", "4", "Relapse", **{"O-E": "-2", "Variance": "8"}),
    revman_row("White 2005", "3", "Time to death", Mean="0.8", CI_start="0.6", CI_end="1.1"),
]  # fmt: skip


def test_the_rows_of_a_revman_package(review, capsys):
    file = sheet(review / "CD1-data-rows.csv", REVMAN, *REVMAN_ROWS)
    assert run("revman", file, "--intervention", "drug", "--control", "placebo") == 0
    trials = imported(review)
    assert sorted(trials) == ["jones_2002", "jones_2002_women", "smith_2001"]
    smith, jones = trials["smith_2001"], trials["jones_2002"]
    women = trials["jones_2002_women"]
    assert (women.study.label, women.results[0].events) == ("Jones 2002 (Women)", 1)
    assert [c.value for c in (*jones.covariates, *women.covariates)] == [1.0, 1.0]
    assert [(r.outcome, r.events, r.mean, r.estimate) for r in smith.results] == [
        ("death", 1, None, None),
        ("death", 2, None, None),
        ("pain_0_100", None, -1.5, None),
        ("pain_0_100", None, 0.0, None),
        ("time_to_death", None, None, -0.25),
    ]
    assert jones.results[0].note == "As randomised."
    peto = jones.results[-1]
    assert (peto.o_minus_e, peto.variance, peto.estimate) == (-2.0, 8.0, None)
    said = capsys.readouterr().out
    assert "Not imported (3):" in said
    assert 'row 5  Brown 2003: events "31": expected at most the total, 30' in said
    assert 'row 6  Black 2004: events "2.5": expected a whole number' in said
    assert "row 10  White 2005: Time to death: no estimate and se" in said


def test_one_comparison_of_a_revman_package(review, capsys):
    other = revman_row("Smith 2001", "1", "Death", group="2", **counts(5, 10, 6, 20))
    file = sheet(review / "rows.csv", REVMAN, REVMAN_ROWS[0], other)
    assert run("revman", file, "--comparison", "3") == 1
    assert "choose one with --comparison" in capsys.readouterr().err
    assert not (review / "data/raw/trials").exists()
    assert run("revman", file, "--comparison", "2") == 0
    assert [r.events for r in imported(review)["smith_2001"].results] == [5, 6]
    assert "row 2  Smith 2001: of another comparison" in capsys.readouterr().out


RESULTS = (
    "Study,Outcome,Data type,Effect measure,Arm,Reference arm,Sample size,Cases,Mean,SD,SE,"
    "Variance,CI level,CI start,CI end,Exp mean,Exp CI start,Exp CI end,Footnotes"
)


def covidence_row(study, outcome, arm, reference="", **numbers):
    given = {"Study": study, "Outcome": outcome, "Arm": arm, "Reference arm": reference}
    given |= {key.replace("_", " "): text for key, text in numbers.items()}
    return [given.get(column, "") for column in RESULTS.split(",")]


COVIDENCE_ROWS = [
    covidence_row("Smith 2001", "Death", "Low dose", Cases="1", Sample_size="10"),
    covidence_row("Smith 2001", "Death", "High dose", Cases="2", Sample_size="12"),
    covidence_row("Smith 2001", "Death", "Sugar pill", Cases="3", Sample_size="11"),
    covidence_row("Smith 2001", "Pain", "High dose", Mean="1.5", SD="0.5", Sample_size="12"),
    covidence_row("Smith 2001", "Pain", "Sugar pill", Mean="2", Sample_size="11"),
    covidence_row("Smith 2001", "Relapse", "High dose", "Sugar pill", Exp_mean="0.8",
                  Exp_CI_start="0.5", Exp_CI_end="1.28", CI_level="95"),
    covidence_row("Smith 2001", "Relapse", "Low dose", "Sugar pill", Exp_mean="0.9",
                  Exp_CI_start="0.5", Exp_CI_end="1.28", CI_level="90"),
    covidence_row("Jones 2002", "Death", "Drug", Cases="1", Sample_size="10"),
    covidence_row("Brown 2003", "Relapse", "Drug", "Sugar pill", Mean="-0.25", Variance="0.0625"),
]  # fmt: skip


def test_covidences_study_results(review, capsys):
    file = sheet(review / "Study results.csv", RESULTS, *COVIDENCE_ROWS)
    arms = sheet(
        review / "Study arms.csv",
        "Study,Arm,Description,Intervention",
        *[("Smith 2001", arm, "", "drug") for arm in ("Low dose", "High dose")],
        *[(study, "Sugar pill", "", "placebo") for study in ("Smith 2001", "Brown 2003")],
        ("Brown 2003", "Drug", "", "drug"),
    )
    assert run("covidence", file, "--arms", str(arms), "--control", "placebo") == 0
    trials = imported(review)
    smith = trials["smith_2001"]
    assert [(a.arm_id, a.role, a.treatment) for a in smith.arms] == [
        ("low_dose", "intervention", "drug"),
        ("high_dose", "intervention", "drug"),
        ("sugar_pill", "control", "placebo"),
    ]
    relapse = smith.results[-1]
    assert (relapse.arm_id, relapse.reference_arm_id) == ("high_dose", "sugar_pill")
    assert (relapse.estimate, relapse.ci_low, relapse.ci_high) == (0.8, 0.5, 1.28)
    (brown,) = trials["brown_2003"].results
    assert (brown.estimate, brown.se) == (-0.25, 0.25)
    assert [(a.role, a.treatment) for a in trials["brown_2003"].arms] == [
        ("intervention", "drug"),
        ("control", "placebo"),
    ]
    said = capsys.readouterr().out
    assert "row 6  Smith 2001: Pain, Sugar pill: neither cases nor a mean" in said
    assert "row 8  Smith 2001: Relapse, Low dose: its interval is one of 90 %" in said
    assert "Jones 2002: only one arm has a result" in said
    assert run("covidence", file, "--control", "Placebo") == 1
    assert "only Drug, High dose, Low dose, Sugar pill" in capsys.readouterr().err


def test_nothing_is_overwritten(review, capsys):
    first = sheet(review / "a.csv", "study,ai,n1i,ci,n2i", ("Smith 2001", 1, 10, 2, 20))
    assert run("metafor", first, "--outcome", "death") == 0
    before = {p: p.read_bytes() for p in (review / "data/raw/trials/smith_2001").iterdir()}
    again = sheet(
        review / "b.csv",
        "study,ai,n1i,ci,n2i",
        ("Smith 2001", 9, 10, 9, 20),
        ("Jones 2002", 1, 10, 2, 20),
    )
    capsys.readouterr()
    assert run("metafor", again, "--outcome", "death") == 0
    assert "smith_2001: the folder is there already" in capsys.readouterr().out
    assert {p: p.read_bytes() for p in before} == before
    assert sorted(imported(review)) == ["jones_2002", "smith_2001"]
    assert run("metafor", first, "--outcome", "death") == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"study,ai\n", "no rows below its header"),
        (b"x,y\n1,2\n", "no column with the study's name"),
        (b"study,x\nA,1\n", "none of these sets of columns"),
        (b"\xff\xfe", "UTF-16"),
        (b'study,ai\n"A', "no CSV file"),
    ],
)
def test_a_file_that_is_something_else_is_refused(review, capsys, content, words):
    (review / "x.csv").write_bytes(content)
    assert run("metafor", "x.csv", "--outcome", "death") == 1
    assert words in capsys.readouterr().err
    assert not (review / "data/raw/trials").exists()


def test_a_missing_file_and_bad_options(review, capsys):
    assert run("metafor", "nowhere.csv", "--outcome", "death") == 1
    assert "nowhere.csv" in capsys.readouterr().err
    for options in (["--outcome", "../x"], ["--outcome", "x", "--week", "-1"], []):
        with pytest.raises(SystemExit):
            run("metafor", "nowhere.csv", *options)


HOSTILE = ["=HYPERLINK(1)", "<script>x</script>", "../../x", "$(touch x)", "a\u202eb", ""]


def test_hostile_names_stay_text_or_stay_out(review, capsys):
    rows = [(name, 1, 10, 2, 20) for name in HOSTILE]
    file = sheet(review / "h.csv", "study,ai,n1i,ci,n2i", *rows)
    before = outside(review)
    assert run("metafor", file, "--outcome", "death") == 0
    trials = imported(review)
    assert sorted(trials) == ["hyperlink_1", "script_x_script", "touch_x", "x"]
    assert trials["hyperlink_1"].study.label == "'=HYPERLINK(1)"
    assert trials["x"].study.label == "../../x"
    said = capsys.readouterr().out
    assert "label has a character that cannot be seen" in said
    assert 'label "": expected name of the study' in said
    assert outside(review) == before


def outside(review):
    """What stands in the review's folder, or beside it, that is no table of a trial."""
    trials = review / "data/raw/trials"
    found = {*review.parent.glob("*"), *review.rglob("*")}
    return {path for path in found if not path.is_relative_to(trials)}


def test_what_the_contract_refuses_stays_out(review, capsys):
    file = sheet(
        review / "x.csv",
        "study,year,ai,n1i,ci,n2i",
        ("Smith", "20l1", 1, 10, 2, 20),
        ("Jones", "", 1, 10, 2, 20),
    )
    assert run("metafor", file, "--outcome", "death", "--control", " ") == 1
    assert run("metafor", file, "--outcome", "death") == 0
    assert sorted(imported(review)) == ["jones"]
    assert 'year "20l1": expected a whole number' in capsys.readouterr().out


def test_ids_are_made_of_names():
    assert trial_folders.identifier("ACR 20 response", (), "outcome") == "acr_20_response"
    assert trial_folders.identifier("20 % better", (), "outcome") == "outcome_20_better"
    assert trial_folders.identifier("Müller", ("muller",), "study") == "muller_2"
    assert trial_folders.identifier("…", ("study",), "study") == "study_2"
    assert trial_folders.identifier("Con", (), "study") == "con_2"  # Windows has no folder con
    assert len(trial_folders.identifier("x" * 500, (), "study")) <= 64


FILES = {
    "metafor": ("study,year,ai,n1i,ci,n2i", [["Smith", "2001", "1", "10", "2", "20"]] * 2),
    "revman": (REVMAN, REVMAN_ROWS),
    "covidence": (RESULTS, COVIDENCE_ROWS),
}
OPTIONS = {"metafor": ["--outcome", "o"], "revman": [], "covidence": ["--control", "Sugar pill"]}
CELLS = st.sampled_from(["", "NA", "-1", "1e9", "1.5", "=1", '"', "\n", "9" * 12, "\u202e", "inf"])
EDITS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30), CELLS | st.text(max_size=9)))


@examples(15)
@given(st.sampled_from(sorted(FILES)), EDITS)
def test_whatever_stands_in_the_file_the_validator_passes_what_is_imported(program, edits):
    header, rows = FILES[program]
    changed = [list(row) for row in rows]
    for line, column, text in edits:
        row = changed[line % len(changed)]
        row[column % len(row)] = text
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data/raw").mkdir(parents=True)
        (folder / "data/raw/references.bib").write_text("@misc{source, title = {T}}\n", "utf-8")
        file = sheet(folder / "f.csv", header, *changed)
        to = str(folder / "data/raw/trials")
        if run(program, file, "--to", to, *OPTIONS[program]) == 0:
            assert imported(folder)
