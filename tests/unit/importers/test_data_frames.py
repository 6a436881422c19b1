# ruff: noqa: E501 - tables are easier to read in one line a row
"""Data frames of metafor and meta, and spreadsheets as they come: what their columns become."""

import csv
import io
import zipfile

import numpy as np
import pytest
from tests.rscript import printed_by_r

from metasynth.importers import command, metafor
from metasynth.importers.found import ImportRefused
from metasynth.importers.parts import clustered, separated
from metasynth.importers.source import Sides, how_read

SIDES = Sides("drug", "placebo")


def write(path, header, *rows, mark=",", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows([header.split(","), *rows])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def read(path, **choices):
    return metafor.read(path, metafor.Choices("o", SIDES, **choices))


def numbers(found):
    return [[dict(result.numbers) for result in item.results] for item in found.items]


def test_rates_of_two_groups(tmp_path):
    path = write(
        tmp_path / "d.csv", "study,x1i,n1i,t1i,x2i,n2i,t2i", ("A", 9, 335, 413.5, 19, 336, 398)
    )
    found = read(path)
    assert numbers(found) == [
        [
            {"events": "9", "person_time": "413.5", "total": "335"},
            {"events": "19", "person_time": "398", "total": "336"},
        ]
    ]
    assert [(o.type, o.measure) for o in found.outcomes] == [("rate", "IRR")]


def test_means_with_standard_errors(tmp_path):
    path = write(tmp_path / "d.csv", "study,m1i,se1i,n1i,m2i,se2i,n2i", ("A", 4, 0.3, 20, 5, 1, 9))
    found = read(path)
    assert numbers(found)[0][0] == {"mean": "4", "se": "0.3", "total": "20"}
    assert [(o.type, o.measure) for o in found.outcomes] == [("continuous", "MD")]
    made, left_out = command.tables(found, "d.csv", "key")
    assert (sorted(made), left_out) == (["a"], [])


def test_proportions_of_one_group(tmp_path):
    path = write(tmp_path / "d.csv", "study,xi,ni", ("A", 9, 335), ("B", 1, 10))
    found = read(path)
    assert numbers(found) == [[{"events": "9", "total": "335"}], [{"events": "1", "total": "10"}]]
    made, left_out = command.tables(found, "d.csv", "key")
    assert (sorted(made), left_out) == (["a", "b"], [])


def test_changes_of_one_group(tmp_path):
    """What SMCR takes for the spread before is told of as that, and is not the spread after."""
    path = write(
        tmp_path / "d.csv", "study,m1i,m2i,sd1i,sd2i,ri,ni", ("A", 5.1, 6, 1.9, 2.2, 0.6, 24)
    )
    found = read(path)
    assert numbers(found)[0][0] == {
        "final_mean": "5.1", "baseline_mean": "6", "baseline_sd": "1.9", "final_sd": "2.2",
        "change_correlation": "0.6", "total": "24",
    }  # fmt: skip
    assert "sd1i" in found.items[0].results[0].note
    assert [(o.type, o.measure) for o in found.outcomes] == [("mean", "SMCR")]
    made, left_out = command.tables(found, "d.csv", "key")
    assert (sorted(made), left_out) == (["a"], [])


PRE_POST = {
    "baseline_mean": "6", "baseline_sd": "1.9", "final_mean": "5.1", "final_sd": "2.2",
}  # fmt: skip


def imported(path, **choices):
    """What a file's studies become, as the rows of their results, and what is left out."""
    made, left_out = command.tables(read(path, **choices), "d.csv", "key")
    rows = [list(csv.DictReader(io.StringIO(texts["results.csv"]))) for texts in made.values()]
    return rows, left_out


@pytest.mark.parametrize(
    ("header", "more"),
    [
        ("m_pre1i,sd_pre1i,m_post1i,sd_post1i,n1i,m_pre2i,sd_pre2i,m_post2i,sd_post2i,n2i,r1i,r2i",
         {"change_correlation": "0.6"}),
        ("m_pre1i,sd_pre1i,m_post1i,sd_post1i,n1i,m_pre2i,sd_pre2i,m_post2i,sd_post2i,n2i", {}),
        ("mean.pre.e,sd.pre.e,mean.post.e,sd.post.e,n.e,"
         "mean.pre.c,sd.pre.c,mean.post.c,sd.post.c,n.c", {}),
        ("mean.pre.e,sd.pre.e,mean.post.e,sd.post.e,n.e,"
         "mean.pre.c,sd.pre.c,mean.post.c,sd.post.c,n.c,cor.e,cor.c",
         {"change_correlation": "0.6"}),
    ],
)  # fmt: skip
def test_two_groups_before_and_after(tmp_path, header, more):
    row = ("A", 6, 1.9, 5.1, 2.2, 24, 6.1, 1.8, 5.9, 2, 25, *(("0.6", "0.5") if more else ()))
    path = write(tmp_path / "d.csv", f"study,{header}", row)
    found = read(path)
    first, second = numbers(found)[0]
    assert {k: x for k, x in first.items() if x} == {**PRE_POST, "total": "24", **more}
    assert (second["final_mean"], second["total"]) == ("5.9", "25")
    assert [(o.type, o.measure) for o in found.outcomes] == [("continuous", "MD")]
    (rows,), left_out = imported(path)
    assert (rows[0]["baseline_sd"], rows[1]["final_sd"], left_out) == ("1.9", "2", [])


def test_a_change_that_the_file_has_is_kept_beside_both_times(tmp_path):
    header = "m_pre1i,sd_pre1i,m_post1i,sd_post1i,n1i,m_pre2i,sd_pre2i,m_post2i,sd_post2i,n2i"
    path = write(
        tmp_path / "d.csv", f"study,{header},m1i,sd1i,m2i,sd2i",
        ("A", 6, 1.9, 5.1, 2.2, 24, 6.1, 1.8, 5.9, 2, 25, -0.9, 1.5, -0.2, 1.4),
    )  # fmt: skip
    (rows,), left_out = imported(path)
    assert [(r["mean"], r["sd"], r["final_mean"]) for r in rows] == [
        ("-0.9", "1.5", "5.1"), ("-0.2", "1.4", "5.9"),
    ]  # fmt: skip
    assert left_out == []


def test_changes_in_standard_deviations_before(tmp_path):
    """As pool(df, "SMD-PPC") takes its columns: both read the same of one file."""
    header = "study,m1i,sd1i,r1i,n1i,m2i,sd2i,r2i,n2i"
    path = write(tmp_path / "d.csv", header, ("A", -1, 1.9, 0.6, 24, -0.2, 1.8, 0.5, 25))
    found = read(path)
    assert [(o.type, o.measure) for o in found.outcomes] == [("continuous", "SMD-PPC")]
    assert numbers(found)[0][0] == {
        "mean": "-1", "baseline_sd": "1.9", "change_correlation": "0.6", "total": "24",
    }  # fmt: skip
    assert "before" in found.items[0].results[0].note


def test_one_group_and_a_row_an_arm_before_and_after(tmp_path):
    path = write(
        tmp_path / "one.csv",
        "study,m_pre,sd_pre,m_post,sd_post,ni,ri",
        ("A", 6, 1.9, 5.1, 2.2, 24, 0.6),
    )
    found = read(path)
    assert [(o.type, o.measure) for o in found.outcomes] == [("mean", "MC")]
    (rows,), left_out = imported(path)
    assert (rows[0]["change_correlation"], rows[0]["final_mean"], left_out) == ("0.6", "5.1", [])
    arms = [("A", "drug", 6, 1.9, 5.1, 2.2, 24, 0.6), ("A", "placebo", 6.1, 1.8, 5.9, 2, 25, "")]
    arms += [("B", *arm[1:]) for arm in arms]
    path = write(tmp_path / "arms.csv", "study,trt,m_pre,sd_pre,m_post,sd_post,ni,ri", *arms)
    (rows, _), left_out = imported(path)
    assert [(r["baseline_mean"], r["change_correlation"]) for r in rows] == [
        ("6", "0.6"),
        ("6.1", ""),
    ]
    assert left_out == []


CURVES = [
    ("A", "drug", 0, 1, 50), ("A", "drug", 6, 0.9, 44), ("A", "drug", 12, 0.84, 30),
    ("A", "placebo", 0, 1, 51), ("A", "placebo", 6, 0.86, 43), ("A", "placebo", 12, 0.75, 28),
]  # fmt: skip


def test_survival_curves(tmp_path):
    found = read(write(tmp_path / "d.csv", "study,trt,time,surv,n.risk", *CURVES))
    assert [(o.type, o.measure) for o in found.outcomes] == [("generic", "HR")]
    made, left_out = command.tables(found, "d.csv", "key")
    assert left_out == []
    results, points = (
        list(csv.DictReader(io.StringIO(made["a"][name])))
        for name in ("results.csv", "survival.csv")
    )
    assert [(r["arm_id"], r["total"]) for r in results] == [("drug", "50"), ("placebo", "51")]
    assert [(p["arm_id"], p["time"], p["survival"], p["at_risk"]) for p in points] == [
        tuple(map(str, row[1:])) for row in CURVES
    ]
    assert {p["source_id"] for p in points} <= {r["source_id"] for r in results}


def test_survival_curves_with_follow_up_in_place_of_numbers_at_risk(tmp_path):
    header = "study,trt,time,surv,n,follow_up_min,follow_up_max"
    rows = [(*row[:4], 50, 8, 30) for row in CURVES if row[2]]
    made, left_out = command.tables(read(write(tmp_path / "d.csv", header, *rows)), "d.csv", "key")
    (first, _) = csv.DictReader(io.StringIO(made["a"]["results.csv"]))
    assert (first["total"], first["follow_up_min"], first["follow_up_max"]) == ("50", "8", "30")
    assert left_out == []


@pytest.mark.parametrize(
    ("place", "cell", "said"),
    [(2, 90, "survival"), (2, 0.8, "at most 0.8"), (3, "many", "at_risk"), (1, "soon", "time")],
)
def test_curves_that_cannot_be_are_left_out(tmp_path, place, cell, said):
    rows = [list(row) for row in CURVES]
    rows[1][place + 1] = cell
    made, left_out = command.tables(
        read(write(tmp_path / "d.csv", "study,trt,time,surv,n.risk", *rows)), "d.csv", "key"
    )
    assert made == {}
    assert any(said in str(one) for one in left_out), left_out


def test_a_row_an_arm_is_no_proportion_of_one_group(tmp_path):
    rows = [
        ("A", "drug 1", 1, 10),
        ("A", "placebo", 2, 11),
        ("A", "drug 2", 3, 12),
        ("B", "drug 1", 4, 13),
    ]
    path = write(tmp_path / "d.csv", "study,trt,xi,ni", *rows)
    found = read(path)
    assert [(i.study, r.arm, r.role) for i in found.items for r in i.results] == [
        ("A", "drug 1", "intervention"),
        ("A", "placebo", "control"),
        ("A", "drug 2", "intervention"),
        ("B", "drug 1", "intervention"),
    ]
    made, left_out = command.tables(found, "d.csv", "key")
    assert sorted(made) == ["a"]
    assert [str(one) for one in left_out] == ["         B: only one arm has a result"]
    with pytest.raises(ImportRefused, match="none is sugar"):
        metafor.read(path, metafor.Choices("o", Sides("drug", "sugar")))


def test_observed_minus_expected(tmp_path):
    found = read(write(tmp_path / "d.csv", "trial,OmE,V", ("A", -2.5, 8)))
    assert numbers(found) == [[{"o_minus_e": "-2.5", "variance": "8"}]]


def test_counts_go_before_what_escalc_appended_and_a_type_may_be_chosen(tmp_path):
    path = write(tmp_path / "d.csv", "study,ai,n1i,ci,n2i,yi,vi", ("A", 1, 10, 2, 11, -0.5, 0.25))
    assert [o.type for o in read(path).outcomes] == ["binary"]
    assert numbers(read(path, type="generic")) == [[{"estimate": "-0.5", "se": "0.5"}]]
    with pytest.raises(ImportRefused, match="none of these sets"):
        read(path, type="rate")


def test_other_columns_become_covariates_or_are_listed(tmp_path):
    header = "trial,author,year,yi,vi,ablat,dose,alloc,setting"
    rows = [
        (1, "A", 1980, 0.1, 0.2, 44.5, 3, "random", "ward"),
        (2, "B", 1981, 0.3, 0.2, "NA", 4, "alternate", "ward"),
    ]
    found = read(write(tmp_path / "d.csv", header, *rows), names={"design": "alloc"})
    assert [[(c.name, c.value) for c in about.covariates] for about in found.studies] == [
        [("ablat", "44.5"), ("dose_of_file", "3")],
        [("dose_of_file", "4")],
    ]
    assert [about.fields for about in found.studies] == [
        {"design": "random"},
        {"design": "alternate"},
    ]
    assert [one.what for one in found.left_out] == ["column setting"]


def test_effects_nested_in_clusters_keep_their_cluster(tmp_path):
    rows = [(11, 1, 1, 0.1, 0.2), (11, 2, 2, 0.3, 0.2), (12, 1, 3, 0.2, 0.2)]
    found = read(write(tmp_path / "d.csv", "district,school,study,yi,vi", *rows))
    assert [item.study for item in found.items] == ["Study 1", "Study 2", "Study 3"]
    clusters = [[c.value for c in a.covariates if c.name == "cluster"] for a in found.studies]
    assert clusters == [["11"], ["11"], ["12"]]


def test_years_about_their_mean_are_no_years_of_publication(tmp_path):
    rows = [(1, 4.5, 0.1, 0.2), (1, 4.5, 0.3, 0.2), (2, -1.5, 0.2, 0.2)]
    found = clustered(read(write(tmp_path / "d.csv", "study,year,yi,vi", *rows)))
    assert {item.year for item in found.items} == {""}
    told = [{c.name: c.value for c in about.covariates} for about in found.studies]
    assert {one["year_of_file"] for one in told} == {"4.5", "-1.5"}


def test_two_rows_of_one_name_are_both_kept_and_marked(tmp_path):
    rows = [
        ("Smith", 2001, 0.1, 0.2),
        ("Smith", 2001, 0.3, 0.2),
        ("Jones", 1999, 1, 1),
        ("Jones", 2003, 1, 2),
    ]
    found = clustered(read(write(tmp_path / "d.csv", "author,year,yi,vi", *rows)))
    assert list(separated(found.items)) == [
        "Smith 2001",
        "Smith 2001 (2)",
        "Jones 1999",
        "Jones 2003",
    ]
    made, left_out = command.tables(found, "d.csv", "key")
    assert left_out == []
    marked = {
        study for study, texts in made.items() if "cluster" in texts.get("covariates.csv", "")
    }
    assert marked == {"smith_2001", "smith_2001_2"}


@pytest.mark.parametrize(
    ("mark", "encoding"), [(";", "utf-8"), (";", "cp1250"), ("\t", "iso8859-2"), (",", "utf-8-sig")]
)
def test_spreadsheets_of_other_countries(tmp_path, mark, encoding):
    decimal = "," if mark != "," else "."
    row = ("Żółć 2001", f"0{decimal}5", f"0{decimal}25")
    path = write(tmp_path / "d.csv", "study,yi,sei", row, mark=mark, encoding=encoding)
    found = read(path, encoding="" if encoding.startswith("utf") else encoding)
    assert numbers(found) == [[{"estimate": "0.5", "se": "0.25"}]]
    assert found.items[0].study == "Żółć 2001"


def test_an_encoding_is_asked_for_not_guessed(tmp_path):
    path = write(tmp_path / "d.csv", "study,yi,sei", ("Müller", 1, 2), encoding="latin-1")
    with pytest.raises(ImportRefused, match="--encoding"):
        read(path)
    with pytest.raises(ImportRefused, match="expected text in ascii"):
        read(path, encoding="ascii")


def test_studies_without_names_are_numbered_only_when_asked(tmp_path):
    path = write(tmp_path / "d.csv", "a,n1,c,n2", (1, 10, 2, 20))
    names = {"ai": "a", "n1i": "n1", "ci": "c", "n2i": "n2"}
    with pytest.raises(ImportRefused, match="--numbered"):
        read(path, names=names)
    assert [item.study for item in read(path, names=names, numbered=True).items] == ["Study 1"]


SPREADSHEETML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOK = {
    "xl/workbook.xml": (
        f'<workbook xmlns="{SPREADSHEETML}" xmlns:r="r"><sheets><sheet name="Notes" r:id="r2"/>'
        '<sheet name="Żółć" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></Relationships>'
    ),
    "xl/sharedStrings.xml": (
        f'<sst xmlns="{SPREADSHEETML}"><si><t>study</t></si>'
        "<si><r><t>A &amp; </t></r><r><t>&lt;b&gt; 2001</t></r><rPh><t>kana</t></rPh></si></sst>"
    ),
    "xl/worksheets/sheet1.xml": (
        f'<worksheet xmlns="{SPREADSHEETML}"><sheetData>'
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>yi</t></is></c>'
        '<c r="D1" t="str"><f>"sei"</f><v>sei</v></c></row>'
        '<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3"><v>0.10000000000000001</v></c>'
        '<c r="D3"><v>2</v></c></row></sheetData></worksheet>'
    ),
    "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{SPREADSHEETML}"><sheetData/></worksheet>',
}


def test_the_sheet_of_a_workbook(tmp_path):
    path = tmp_path / "d.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        for name, text in WORKBOOK.items():
            book.writestr(name, text)
    found = read(path, sheet="Żółć")
    assert numbers(found) == [[{"estimate": "0.1", "se": "2"}]]
    assert [(item.study, item.row) for item in found.items] == [("A & <b> 2001", 3)]
    with pytest.raises(ImportRefused, match="no sheet X, only Notes, Żółć"):
        read(path, sheet="X")
    with pytest.raises(ImportRefused, match="no rows below its header"):
        read(path)


def test_a_broken_workbook_is_refused_by_name(tmp_path):
    path = tmp_path / "d.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/workbook.xml", "<!DOCTYPE a []><workbook/>")
        book.writestr("xl/_rels/workbook.xml.rels", "<Relationships/>")
    with pytest.raises(ImportRefused, match="document type"):
        read(path)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ImportRefused):
        read(path)


SETS = {
    "anand1999": "ai,n1i,ci,n2i", "bcg": "tpos,tneg,cpos,cneg", "begg1989": "yi,sei", "egger2001": "ai,n1i,ci,n2i",
    "gibson2002": "m1i,sd1i,n1i,m2i,sd2i,n2i", "graves2010": "ai,n1i,ci,n2i", "hackshaw1998": "yi,vi",
    "hart1999": "x1i,t1i,x2i,t2i", "hine1989": "ai,n1i,ci,n2i", "lau1992": "ai,n1i,ci,n2i",
    "lee2004": "ai,n1i,ci,n2i", "li2007": "ai,n1i,ci,n2i", "nielweise2007": "ai,n1i,ci,n2i",
    "nielweise2008": "x1i,t1i,x2i,t2i", "normand1999": "m1i,sd1i,n1i,m2i,sd2i,n2i", "pritz1997": "xi,ni",
    "debruin2009": "xi,ni", "raudenbush1985": "yi,vi", "konstantopoulos2011": "yi,vi", "pignon2000": "ome,v",
    "laopaiboon2015": "ai,n1i,ci,n2i", "yusuf1985": "ai,n1i,ci,n2i", "riley2003": "yi,sei", "bangertdrowns2004": "yi,vi",
 "hannum2020": "xi,ni", "curtis1998": "m1i,sd1i,n1i,m2i,sd2i,n2i", "linde2005": "ai,n1i,ci,n2i",
}  # fmt: skip
R_SETS = """
suppressMessages(library(metafor)); library(metadat)
for (n in commandArgs(TRUE)) { data(list=paste0("dat.", n), package="metadat")
  d <- get(paste0("dat.", n)); if (!any(c("study","author","authors","trial","authorName") %in% names(d))) d$study <- seq_len(nrow(d))
  write.csv(as.data.frame(d), paste0(n, ".csv"), row.names=FALSE)
  names(d) <- tolower(names(d))
  if (n == "bcg") r <- escalc("OR", ai=tpos, bi=tneg, ci=cpos, di=cneg, data=d)
  else if (all(c("m1i","sd1i") %in% names(d))) r <- escalc("MD", m1i=m1i, sd1i=sd1i, n1i=n1i, m2i=m2i, sd2i=sd2i, n2i=n2i, data=d)
  else if ("x1i" %in% names(d)) r <- escalc("IRR", x1i=x1i, t1i=t1i, x2i=x2i, t2i=t2i, data=d)
  else if ("ai" %in% names(d)) r <- escalc("OR", ai=ai, n1i=n1i, ci=ci, n2i=n2i, data=d)
  else if ("ome" %in% names(d)) { d$yi <- d$ome/d$v; d$vi <- 1/d$v; r <- d }
  else if ("sei" %in% names(d)) { d$vi <- d$sei^2; r <- d }
  else if ("yi" %in% names(d)) r <- d
  else if ("xi" %in% names(d)) r <- escalc("PR", xi=xi, ni=ni, data=d)
  else next
  r <- r[!is.na(r$yi) & !is.na(r$vi) & r$vi > 0, ]
  f <- rma(yi, vi, data=r, method="EE")
  cat(n, length(r$yi), format(coef(f)[[1]], digits=15), format(f$se, digits=15), "\\n") }
"""


def test_sets_of_metadat_give_metafors_pools(tmp_path):
    script = tmp_path / "sets.R"
    script.write_text(R_SETS, encoding="utf-8")
    names = [name for name, columns in SETS.items() if columns]
    printed = printed_by_r(tmp_path, str(script), *names)
    told = {line.split()[0]: line.split()[1:] for line in printed.splitlines()}
    assert sorted(told) == sorted(names)
    for name, (k, estimate, se) in told.items():
        y, v = effects(tmp_path / f"{name}.csv", SETS[name])
        assert len(y) == int(k), name
        weights = 1 / v
        assert (weights @ y) / weights.sum() == pytest.approx(float(estimate), rel=1e-9), name
        assert weights.sum() ** -0.5 == pytest.approx(float(se), rel=1e-9), name


def effects(path, columns):
    """Effects and variances of what was imported, one-line formulas of escalc's help page."""
    fourfold = dict(zip(("ai", "bi", "ci", "di"), columns.split(","), strict=False))
    choices = {"names": fourfold} if path.stem == "bcg" else {}
    if path.stem == "gibson2002":
        choices = {"type": "continuous"}
    if path.stem == "hannum2020":
        choices = {"names": {"slab": "authorName"}}
    found = read(path, **choices)
    pairs = [
        _effect([{n: float(t) for n, t in r.numbers.items() if t} for r in item.results])
        for item in found.items
        if all(all(t for n, t in r.numbers.items() if n != "total") for r in item.results)
    ]
    usable = [(y, v) for y, v in pairs if v > 0]
    return tuple(np.array(column) for column in zip(*usable, strict=True))


def _effect(arms):
    first, last = arms[0], arms[-1]
    if "o_minus_e" in first:
        return first["o_minus_e"] / first["variance"], 1 / first["variance"]
    if "estimate" in first:
        return first["estimate"], first["se"] ** 2
    if "mean" in first:
        return first["mean"] - last["mean"], sum(a["sd"] ** 2 / a["total"] for a in arms)
    if len(arms) == 1:
        a, n = first["events"], first["total"]
        add = 0.5 if a in (0, n) else 0
        p = (a + add) / (n + 2 * add)
        return p, p * (1 - p) / (n + 2 * add)
    if "person_time" in first:
        add = 0.5 if min(a["events"] for a in arms) == 0 else 0
        (a, t), (c, s) = ((x["events"] + add, x["person_time"]) for x in arms)
        return np.log(a / t / (c / s)), 1 / a + 1 / c
    cells = [n for a in arms for n in (a["events"], a["total"] - a["events"])]
    a, b, c, d = (n + 0.5 * (min(cells) == 0) for n in cells)
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


@pytest.mark.parametrize(
    ("header", "row", "wanted"),
    [
        ("event.e,n.e,event.c,n.c", (1, 10, 2, 20), {"events": "1", "total": "10"}),
        (
            "mean.e,sd.e,n.e,mean.c,sd.c,n.c",
            (1.5, 2, 10, 3, 4, 20),
            {"mean": "1.5", "sd": "2", "total": "10"},
        ),
        (
            "event.e,time.e,event.c,time.c",
            (1, 10.5, 2, 20),
            {"events": "1", "person_time": "10.5", "total": ""},
        ),
        ("TE,seTE", (-0.5, 0.25), {"estimate": "-0.5", "se": "0.25"}),
        (
            "median.e,q1.e,q3.e,n.e,median.c,q1.c,q3.c,n.c",
            (4, 3, 5, 20, 5, 4, 7, 21),
            {"median": "4", "q1": "3", "q3": "5", "total": "20"},
        ),
        (
            "median.e,q1.e,q3.e,min.e,max.e,n.e,median.c,q1.c,q3.c,min.c,max.c,n.c",
            (4, 3, 5, 1, 9, 20, 5, 4, 7, 2, 8, 21),
            {"median": "4", "q1": "3", "q3": "5", "minimum": "1", "maximum": "9", "total": "20"},
        ),
        (
            "median.e,min.e,max.e,n.e,median.c,min.c,max.c,n.c",
            (4, 1, 9, 20, 5, 2, 8, 21),
            {"median": "4", "minimum": "1", "maximum": "9", "total": "20"},
        ),
        ("event,n", (3, 30), {"events": "3", "total": "30"}),
    ],
)
def test_columns_as_the_package_meta_calls_them(tmp_path, header, row, wanted):
    found = read(write(tmp_path / "d.csv", f"studlab,{header}", ("A 2001", *row)))
    assert numbers(found)[0][0] == wanted
    assert (found.left_out, found.studies[0].covariates) == ([], ())


@pytest.mark.parametrize(
    ("header", "row", "given", "kind"),
    [
        ("study,xi,ti", ("A", 9, 413.5), {"events": "9", "person_time": "413.5"}, "incidence"),
        ("study,mi,sdi,ni", ("A", 5.1, 2, 30), {"mean": "5.1", "sd": "2", "total": "30"}, "mean"),
        ("study,ri,ni", ("A", 0.4, 30), {"correlation": "0.4", "total": "30"}, "correlation"),
        (
            "study,median,q1,q3,n",
            ("A", 4, 3, 5, 20),
            {"median": "4", "q1": "3", "q3": "5", "total": "20"},
            "mean",
        ),
        ("study,event,time", ("A", 9, 4.5), {"events": "9", "person_time": "4.5"}, "incidence"),
        ("study,cor,n", ("A", 0.4, 30), {"correlation": "0.4", "total": "30"}, "correlation"),
    ],
)
def test_what_one_group_has(tmp_path, header, row, given, kind):
    found = read(write(tmp_path / "d.csv", header, row))
    assert numbers(found) == [[given]]
    assert [outcome.type for outcome in found.outcomes] == [kind]
    made, left_out = command.tables(found, "d.csv", "key")
    assert (sorted(made), left_out) == (["a"], [])


def test_all_that_a_file_lacks_is_said_at_once(tmp_path):
    path = write(tmp_path / "d.csv", "a,n1,c,n2", (1, 10, 2, 20))
    with pytest.raises(ImportRefused) as caught:
        read(path)
    said = str(caught.value)
    assert "no column with the study's name" in said
    assert "none of these sets of columns:\n  binary: ai n1i ci n2i, or ai bi ci di\n" in said
    assert "\nIts columns are: a; n1; c; n2\n" in said
    names = {"ai": "a", "n1i": "n1", "ci": "c", "n2i": "n2"}
    assert numbers(read(path, names=names, numbered=True))[0][0] == {"events": "1", "total": "10"}


def test_rows_above_the_names_of_columns_are_passed_over_and_told_of(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("Infections;;\n;;\nStudy;xi;ni\nA;1;10\nB;2;21\n", "utf-8")
    found = read(path)
    assert [(item.row, item.study) for item in found.items] == [(4, "A"), (5, "B")]
    assert how_read(path) == [
        "semicolons stand between its columns; it was read so",
        "row 3 was read as the names of its columns; above it stands Infections",
    ]


def test_a_second_row_of_names_tells_the_parts_of_merged_cells(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text(
        "Study,Drug,,Placebo,,Setting\n,Events,Total,Events,Total,\nA,1,10,2,11,home\n", "utf-8"
    )
    names = {"ai": "drug: events", "n1i": "Drug: Total", "ci": "placebo: events",
             "n2i": "placebo: total"}  # fmt: skip
    (item,) = read(path, names=names).items
    assert (item.row, item.study) == (3, "A")
    assert [dict(arm.numbers) for arm in item.results] == [
        {"events": "1", "total": "10"},
        {"events": "2", "total": "11"},
    ]
    assert how_read(path) == [
        "rows 1 and 2 were read as the names of its columns together, such as Drug: Events"
    ]


@pytest.mark.parametrize("second", [",3,10", "A,,10", ",x,"])
def test_a_first_row_of_data_is_no_row_of_names(tmp_path, second):
    path = tmp_path / "d.csv"
    path.write_text(f"study,xi,\n{second}\nB,2,20\n", "utf-8")
    assert how_read(path) == []


def test_above_the_names_of_columns_a_title_has_no_separators(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("Infections\n\nStudy;xi;ni\nA;1;10\nB;2;21\n", "utf-8")
    assert numbers(read(path)) == [
        [{"events": "1", "total": "10"}],
        [{"events": "2", "total": "21"}],
    ]


TOTALS = ("a total and no study: its counts are the sums", "a total and no study: its name says so")


@pytest.mark.parametrize(
    ("header", "rows", "left"),
    [
        ("study,xi,ni", [("A", 1, 10), ("B", 2, 20), ("C", 4, 50), ("All", 7, 80)], TOTALS[0]),
        ("study,xi,ni", [("Total", 7, 80), ("A", 1, 10), ("B", 2, 20), ("C", 4, 50)], TOTALS[0]),
        (
            "study,ai,n1i,ci,n2i",
            [("A", 1, 10, 2, 11), ("B", 2, 20, 0, 9), ("", 3, 30, 2, 20)],
            TOTALS[0],
        ),
        (
            "study,m1i,sd1i,n1i,m2i,sd2i,n2i",
            [
                ("A", 1, 1, 10, 2, 1, 11),
                ("B", 2, 1, 20, 3, 1, 9),
                ("Subtotal (95% CI)", 1.7, 1, 30, 2.4, 1, 20),
            ],
            TOTALS[1],
        ),
        ("study,yi,sei", [("A", 1, 1), ("B", 2, 1), ("Overall", 1.5, 0.7)], TOTALS[1]),
        ("study,yi,sei", [("A", 1, 1), ("B", 2, 1), ("TOTAL 2015", 1.5, 0.7)], ""),
        (
            "study,year,yi,sei",
            [("A", 2001, 1, 1), ("B", 2002, 2, 1), ("TOTAL", 2015, 1.5, 0.7)],
            "",
        ),
        ("study,xi,ni", [("A", 1, 10), ("B", 2, 20), ("C", 3, 30)], ""),
        ("study,xi,ni", [("A", 0, 0), ("B", 0, 0), ("C", 0, 0)], ""),
        ("study,xi,ni", [("Totally 9", 1, 10), ("B", 2, 20), ("C", 3, 31)], ""),
    ],
)
def test_a_total_is_no_study(tmp_path, header, rows, left):
    found = read(write(tmp_path / "d.csv", header, *rows))
    assert len(found.items) == len(rows) - bool(left)
    assert [one.reason.startswith(left) for one in found.left_out] == [True] * bool(left)


def test_a_row_without_numbers_is_listed_once(tmp_path):
    found = read(write(tmp_path / "d.csv", "study,xi,ni", ("A", 1, 10), ("B", "", "")))
    _, left_out = command.tables(found, "d.csv", "key")
    assert [(one.row, one.what, one.reason) for one in left_out] == [
        (3, "B", "an arm has no numbers")
    ]


COVIDENCE = (
    "Covidence #,Study ID,Title,Reviewer Name,Drug: deaths,Drug: N,Placebo: deaths,Placebo: N"
)
TEMPLATE = {"slab": "Study ID", "ai": "Drug: deaths", "n1i": "Drug: N", "ci": "Placebo: deaths",
            "n2i": "Placebo: N"}  # fmt: skip


def covidence_export(path):
    """As Extraction 2 writes it: a row for each reviewer of a study, and one for the consensus."""
    return write(
        path,
        COVIDENCE,
        (11, "Smith 2001", "A trial", "Ann", 3, 40, 5, 41),
        (11, "Smith 2001", "A trial", "Ben", 3, 40, 6, 41),
        (11, "Smith 2001", "A trial", "Consensus", 3, 40, 6, 41),
        (12, "Jones 1999", "B trial", "Consensus", 7, 90, 12, 88),
    )


def test_rows_of_several_reviewers_are_not_taken_for_trials(tmp_path):
    path = covidence_export(tmp_path / "c.csv")
    with pytest.raises(ImportRefused, match=r"several reviewers \(Ann, Ben, Consensus.*--where"):
        read(path, names=TEMPLATE)


def test_the_rows_of_one_value_are_read_and_the_others_listed(tmp_path):
    path = covidence_export(tmp_path / "c.csv")
    found = read(path, names=TEMPLATE, where=("Reviewer Name", "Consensus"))
    assert [item.study for item in found.items] == ["Smith 2001", "Jones 1999"]
    assert numbers(found)[0] == [{"events": "3", "total": "40"}, {"events": "6", "total": "41"}]
    said = [(left.row, left.reason) for left in found.left_out if left.row]
    assert said == [
        (2, "Reviewer Name is Ann, not Consensus"),
        (3, "Reviewer Name is Ben, not Consensus"),
    ]


@pytest.mark.parametrize(
    ("where", "said"),
    [(("Reviewer", "Ann"), "has no column Reviewer"), (("Study ID", "Brown"), "no row has Brown")],
)
def test_a_choice_of_no_rows_is_refused(tmp_path, where, said):
    path = covidence_export(tmp_path / "c.csv")
    with pytest.raises(ImportRefused, match=said):
        read(path, names=TEMPLATE, where=where)


def test_one_reviewer_alone_needs_no_choice(tmp_path):
    path = write(tmp_path / "c.csv", COVIDENCE, (11, "Smith 2001", "A", "Ann", 3, 40, 5, 41))
    assert len(read(path, names=TEMPLATE).items) == 1


def test_the_command_takes_the_choice(tmp_path, monkeypatch, capsys):
    from metasynth.__main__ import main

    covidence_export(tmp_path / "c.csv")
    monkeypatch.chdir(tmp_path)
    columns = [part for name, own in TEMPLATE.items() for part in ("--column", f"{name}={own}")]
    given = ["import", "metafor", "c.csv", "--outcome", "death", "--reference", "k", "--to", "out"]
    assert main([*given, *columns]) == 1
    assert "--where" in capsys.readouterr().err
    assert main([*given, *columns, "--where", "Reviewer Name=Consensus"]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "jones_1999",
        "smith_2001",
    ]
