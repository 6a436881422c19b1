"""`metasynth new --from`: from another program's file to a review that validates."""

import csv
import json
from xml.sax.saxutils import escape

import pytest
from revman_files import data, data_row, outcome, package, rm5, setting, subgroup
from test_revman import COUNTS, MEANS, four_outcomes, one_of_each_type

from metasynth import __main__
from metasynth.core import bibtex
from metasynth.importers import draft, references
from metasynth.importers.found import ImportRefused, OutcomeFound
from metasynth.review.load import load_review


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def begun(place, file, *options):
    """The review that begins with a file, loaded."""
    folder = place / "myreview"
    assert __main__.main(["new", str(folder), "--from", str(file), *options]) == 0
    return load_review(folder / "config.yaml", folder)


def test_a_package_becomes_a_review_whose_first_analyses_are_the_files_own(place):
    review = begun(place, one_of_each_type(place / "review.zip"))
    config = review.config
    assert review.warnings == ()
    assert (config.comparisons[""].intervention, config.comparisons[""].control) == (
        ("Drug",),
        ("Placebo",),
    )
    by_name = {analysis.name: analysis for analysis in config.analyses}
    first = {o.id: (o.type, o.measure, by_name[o.analyses[0]].model) for o in config.outcomes}
    assert first == {
        "death": ("binary", "OR", "MH"),
        "pain": ("continuous", "MD", "random"),
        "survival": ("generic", "HR", "IV"),
        "relapse": ("generic", "OR", "IV"),
    }
    assert by_name[config.outcomes[1].analyses[0]].tau2 == "DL"


def test_the_abstract_has_the_number_of_the_analysis_that_leads(place):
    review = begun(place, one_of_each_type(place / "review.zip"))
    first = review.config.outcomes[0]
    abstract = (place / "myreview/data/text/en/abstract.md").read_text("utf-8")
    assert first.analyses[0] != "primary"
    assert f"{{{{ {first.id}.{first.analyses[0]}.estimate }}}}" in abstract
    assert ".primary." not in abstract


def test_of_one_group_no_null_is_spoken_of(place):
    file = place / "d.csv"
    file.write_text("study,xi,ni\nA,9,335\nB,1,10\nC,4,50\n", "utf-8")
    begun(place, file, "--outcome", "infected")
    abstract = (place / "myreview/data/text/en/abstract.md").read_text("utf-8")
    assert "{{ infected.primary.interval }}). " in abstract
    assert "reading" not in abstract


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), ("--intervention and --control would name it", "--outcome names it")),
        (("--intervention", "drug"), ("what is compared; --control would name it",)),
        (("--intervention", "drug", "--control", "placebo", "--outcome", "death"), ()),
    ],
)
def test_what_the_file_does_not_name_is_told(place, capsys, options, said):
    file = place / "d.csv"
    file.write_text("study,ai,n1i,ci,n2i\nA,9,335,12,330\nB,1,10,3,12\n", "utf-8")
    begun(place, file, *options)
    told = capsys.readouterr().out
    assert all(one in told for one in said)
    assert ("would name it" in told) is bool(said)


def nested(place, *rows):
    file = place / "schools.csv"
    file.write_text("\n".join(["study,district,yi,vi", *rows]) + "\n", encoding="utf-8")
    return file


def test_three_levels_lead_where_trials_are_in_clusters(place, capsys):
    rows = ("a,11,0.1,0.02", "b,11,0.3,0.03", "c,12,0.2,0.02", "d,13,0.5,0.01")
    review = begun(place, nested(place, *rows), "--measure", "SMD", "--outcome", "reading")
    (outcome,), by_name = review.config.outcomes, {a.name: a for a in review.config.analyses}
    assert outcome.analyses == ("nested", "primary")
    assert (by_name["nested"].model, by_name["nested"].ci) == ("three_level", "CR2")
    assert [warning.kind for warning in review.warnings] == []
    notes = [c.note for t in review.trials for c in t.covariates if c.covariate == "cluster"]
    assert sorted(notes) == ["District 11", "District 11", "District 12", "District 13"]
    assert "three levels lead" in capsys.readouterr().out


@pytest.mark.parametrize("districts", [(1, 2, 3), (1, 1, 1)])
def test_they_do_not_where_nothing_tells_levels_apart(districts, place):
    names = zip("abc", districts, strict=True)
    rows = (f"{name},{n},0.{i}1,0.02" for i, (name, n) in enumerate(names))
    review = begun(place, nested(place, *rows), "--measure", "SMD", "--outcome", "reading")
    assert review.config.outcomes[0].analyses == ("primary",)


def test_an_rm5_file_becomes_a_review_with_its_studies_bias_and_references(place):
    review = begun(place, four_outcomes(place / "review.rm5"))
    by_label = {trial.study.label: trial for trial in review.trials}
    assert sorted(by_label) == [
        "Müller 2001", "Out 1990", "Smith (1998)", "Smith (1998) (Men)", "Smith (1998) (Women)",
        "Smith (1999)",
    ]  # fmt: skip
    assert by_label["Out 1990"].study.status == "excluded"
    assert "Not randomised." in by_label["Out 1990"].study.note
    assert [j.judgement for j in by_label["Smith (1998)"].risk_of_bias] == ["Low risk"]
    assert by_label["Müller 2001"].study.reference == "muller2001"
    assert review.config.title == "Drugs for fièvre"
    assert [warning.kind for warning in review.warnings] == ["effects_in_clusters"]
    text = (place / "myreview/imported/not-imported.csv").read_text("utf-8")
    left = list(csv.DictReader(text.splitlines()))
    assert {"Silent 2000", "Müller 2001"} <= {row["what"] for row in left}
    assert all(row["reason"] for row in left)
    assert {row["imported"] for row in left} == {"no"}


@pytest.mark.parametrize("name", ["Children (< 18 y)", 'a: "b" # c', "{{ 1 }}", "yes", "Lata"])
def test_subgroups_that_a_file_compares_and_the_unit_of_means_are_kept(place, name):
    rows = [("Smith", 3), ("Smith-1", 5)], [("Silent", 4), ("Smith", 6)]
    parts = [
        subgroup("CONT", escape(label), *(
            data("CONT", study, MEAN_1=mean, SD_1=2, TOTAL_1=30, MEAN_2=4, SD_2=2, TOTAL_2=31)
            for study, mean in own))
        for label, own in zip(("Adults", name), rows, strict=True)
    ]  # fmt: skip
    stay = outcome("CONT", "Stay", parts, EFFECT_MEASURE="MD", UNITS="days")
    review = begun(place, rm5(place / "r.rm5", stay))
    (spec,) = review.config.outcomes
    assert (spec.unit, spec.subgroup) == ("days", "subgroup_stay")
    assert spec.subgroup_levels == (("Adults", 1.0), (name, 2.0))
    numbers = {t.study.label: [c.value for c in t.covariates if c.covariate == "subgroup_stay"]
               for t in review.trials}  # fmt: skip
    assert numbers == {
        "Smith (1998) (Adults)": [1], "Smith (1999)": [1], "Silent 2000": [2],
        f"Smith (1998) ({name})": [2],
    } | {label: [] for label in ("Out 1990",)}  # fmt: skip


def test_proportions_of_one_group_need_no_dummy_arm(place):
    (place / "d.csv").write_text("study,year,xi,ni\nA,2001,3,20\nB,2002,4,30\n", encoding="utf-8")
    review = begun(place, place / "d.csv", "--intervention", "surgery", "--outcome", "cure")
    assert review.config.comparisons[""].control == ()
    assert [len(trial.arms) for trial in review.trials] == [1, 1]


HOSTILE = [
    'a: "b" # c',
    "{x}: [1]",
    "- *a &b !!c %d",
    "'",
    "\\n \\",
    "yes",
    "Ł\u2028Ł",
    "{{ 1 + 1 }}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data_in_config(place, name):
    arms = {"Experimental group label": name, "Control group label": f"{name} 2"}
    chosen = setting("1", name, "Dichotomous", "Odds Ratio", "MH", **arms)
    rows = [data_row("A", "1", name, **COUNTS), data_row("B", "1", name, **COUNTS)]
    review = begun(place, package(place / "r.zip", rows, [chosen]))
    shown = " ".join(name.split())
    assert review.config.outcomes[0].label == shown
    assert review.config.comparisons[""].intervention[0].removeprefix("'") == shown.removeprefix(
        "'"
    )


@pytest.mark.parametrize(
    "content", [b"", b"x,y\n1,2\n", b"PK\x03\x04", b"<a/>", b"study,yi,vi\nA,b,c\n"]
)
def test_nothing_is_made_of_a_file_that_cannot_be_imported(place, capsys, content):
    (place / "f.csv").write_bytes(content)
    assert __main__.main(["new", "myreview", "--from", "f.csv"]) == 1
    assert "f.csv" in capsys.readouterr().err
    assert sorted(path.name for path in place.iterdir()) == ["f.csv"]


def test_a_folder_that_is_in_use_is_left_as_it_is(place):
    one_of_each_type(place / "review.zip")
    (place / "myreview").mkdir()
    (place / "myreview/mine").touch()
    assert __main__.main(["new", "myreview", "--from", "review.zip"]) == 1
    assert [path.name for path in (place / "myreview").iterdir()] == ["mine"]


def test_quoted_text_is_what_yaml_reads():
    assert json.loads(draft.quoted('a "b": c')) == 'a "b": c'
    outcome = OutcomeFound("a", "A", "binary", "RR", doubt="x\ny\u2028z")
    written = draft._written_outcomes([outcome], {draft._BY_METAFOR: "primary"})
    assert "    # x y z\n" in written


RIS = """TY  - JOUR
NS  - Müller 2001
AU  - Müller, Anna
AU  - Jones BC
T1  - A trial & its {costs}.
JO  - Journal
PY  - 2001/05/
SP  - 10
EP  - 19
DO  - 10.1000/a_b
ER  -

TY  - JOUR
NS  - Empty 2002
ER  -
"""
NBIB = """PMID- 123
TI  - A title that goes on
      in a second line.
FAU - Müller, Anna
CN  - A Group of Trialists
JT  - Journal
DP  - 2001 May
LID - 10.1000/a_b [doi]

PMID- 124
TI  - Another.
FAU - Jones, B
DP  - 2002
"""
BIB = '@article{x, author = {M{\\"u}ller, Anna and {A Group}}, title = {T}, year = 2001}\n'


@pytest.mark.parametrize(("text", "number"), [(RIS, 2), (NBIB, 2), (BIB, 1)])
def test_references_in_three_formats_become_bibtex(text, number):
    found = references.read(text, "f")
    assert len(found) == number
    written = "\n".join(
        references.entry(f"k{n}", one.fields)
        for n, one in enumerate(found)
        if one.fields.get("title")
    )
    entries, faults = bibtex.parse(written, "f")
    assert faults == []
    first = entries[0]
    assert first.authors[0] == "Müller, Anna"
    assert first.get("year") == "2001"
    assert not first.get("title").endswith(".")


def test_what_is_no_list_of_references_is_refused():
    with pytest.raises(ImportRefused, match="no references in RIS"):
        references.read("study,yi\n", "f.csv")
    with pytest.raises(ImportRefused, match="line 1"):
        references.read("@article{x, title = {T\n", "f.bib")


def test_means_of_a_package_are_the_means_of_the_review(place):
    """What was destroyed once: 5.0 (4.7) of 13 became 0 of 13 events."""
    rows = [data_row("Davis 1973", "1", "Pain", **MEANS)]
    chosen = [setting("1", "Pain", "Continuous", "Std. Mean Difference")]
    review = begun(place, package(place / "r.zip", rows, chosen))
    (trial,) = review.trials
    assert [(r.events, r.mean, r.sd, r.total) for r in trial.results] == [
        (None, 5.0, 4.7, 13),
        (None, 0.0, 3.8, 14),
    ]


def test_covidences_export_becomes_a_review(place):
    from test_importers import COVIDENCE_ROWS, RESULTS, sheet

    file = sheet(place / "Study results.csv", RESULTS, *COVIDENCE_ROWS)
    options = ("--program", "covidence", "--control", "Sugar pill")
    review = begun(place, file, *options)
    assert [(o.id, o.type, o.measure) for o in review.config.outcomes] == [
        ("death", "binary", "RR"),
        ("pain", "continuous", "MD"),
        ("relapse", "generic", "other"),
    ]
