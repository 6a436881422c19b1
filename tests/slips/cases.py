"""One slip of each kind in a right review: what is edited, and where it is told."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.bad_input.review import Change, Files, bytes_of, cell, rename, replace, row, text

from .right import BIB, CHANGELOG, CONFIG, FLOW, RESULTS

A, B, C, D, E = (
    f"trials/{name}" for name in ("adams2001", "baker2004", "clark2008", "davis2011", "evans2015")
)
RESP, RELAPSE, NAUSEA, PAIN, WEIGHT = 2, 4, 6, 8, 10
"""The first row of each outcome in results.csv; the control's is the next."""
DEATH, STROKE, FALLS = 12, 13, 14


@dataclass(frozen=True)
class Slip:
    """The kind that is expected, the edits, and the cell at which it is told; "" for anywhere."""

    kind: str
    changes: tuple[Change, ...]
    cell: str = ""
    words: str = ""


def slip(kind: str, *changes: Change, cell: str = "", words: str = "") -> Slip:
    """A case."""
    return Slip(kind, changes, cell, words)


def cells(file: str, number: int, **values: str) -> Change:
    """Several cells of a row."""

    def change(files: Files) -> None:
        for column, value in values.items():
            cell(file, number, column, value)(files)

    return change


def every(number: int, column: str, new: Callable[[float, int], float]) -> Change:
    """A cell of the row in every trial, from its number and the row's total."""

    def change(files: Files) -> None:
        for folder in (A, B, C, D, E):
            file = f"{folder}/results.csv"
            rows = list(csv.DictReader(io.StringIO(files[file].decode())))
            old = rows[number - 2]
            value = new(float(old[column]), int(old["total"] or 1))
            cell(file, number, column, f"{value:.4g}")(files)

    return change


def results(folder: str) -> str:
    return f"{folder}/results.csv"


def added(folder: str, **values: str) -> Change:
    """A row of results more."""
    line = ",".join(values.get(column, "") for column in RESULTS)
    return row(results(folder), line)


REPORTED = {"provenance": "reported", "source_id": "table1"}

SELECTED = [
    slip(
        "week_near",
        cells(results(B), RESP, week="23"),
        cells(results(B), RESP + 1, week="23"),
        cell=f"{results(B)}:2:B",
        words="did you mean 24?",
    ),
    slip(
        "week_near",
        cells(results(B), RESP, week="42"),
        cells(results(B), RESP + 1, week="42"),
        words="did you mean 24?",
    ),
    slip("week_near", cells(results(B), DEATH, week=""), words="leave out week 24"),
    slip("outcome_near", cells(results(C), DEATH, outcome="deaht"), words="did you mean death?"),
    slip(
        "outcome_near",
        cells(results(C), RESP, outcome="response"),
        cells(results(C), RESP + 1, outcome="response"),
        words="did you mean resp?",
    ),
    slip(
        "not_selected",
        cells(results(D), STROKE, outcome="fracture"),
        cell=f"{results(D)}:13:A",
        words="no outcome of config.yaml selects fracture",
    ),
    slip("not_selected", cells(results(D), STROKE, week="12"), cell=f"{results(D)}:13:B"),
    slip(
        "reading_near",
        text(
            CONFIG,
            "  relapse:\n",
            "  response_itt:\n    label: All\n    outcome: resp\n"
            "    week: 24\n    reading: randomised\n    sensitivity_of: response\n"
            "    type: binary\n    measure: RR\n    direction: benefit\n"
            "    analyses: [primary]\n  relapse:\n",
        ),
        added(
            A,
            outcome="resp",
            week="24",
            reading="randomised",
            arm_id="d",
            events="30",
            total="120",
            **REPORTED,
        ),
        added(
            B,
            outcome="resp",
            week="24",
            reading="randomized",
            arm_id="d",
            events="24",
            total="90",
            **REPORTED,
        ),
        words="did you mean randomised?",
    ),
    slip(
        "other_side_missing",
        bytes_of(
            results(E),
            lambda c: re.sub(rb"nausea,24,,p,,17,149,,,,,,,,,,reported,table1,*\n", b"", c),
        ),
        cell=f"{results(E)}:6:D",
    ),
]


LEFT_OUT = [
    slip("number_left_blank", cells(results(A), PAIN, sd=""), cell=f"{results(A)}:8:L"),
    slip("number_left_blank", cells(results(A), STROKE, se=""), cell=f"{results(A)}:13:N"),
    slip(
        "number_left_blank",
        cells(results(A), RESP, events=""),
        cell=f"{results(A)}:2:F",
        words="response leaves this row out",
    ),
    slip(
        "arm_left_out",
        row(f"{A}/arms.csv", "d2,intervention,Drug twice,drug,,,,,,,"),
        cells(f"{A}/study.csv", 2, n_randomised=""),
        added(A, outcome="resp", week="24", arm_id="d2", events="12", total="60", **REPORTED),
        cell=f"{results(A)}:4:D",
        words="relapse, nausea, pain, weight, falls pool the other arms",
    ),
]


def published(**values: str) -> Change:
    """A row with what the report prints of both arms of the first trial's response."""
    return added(
        A,
        **{
            **REPORTED,
            **{"outcome": "resp", "week": "24", "arm_id": "d", "reference_arm_id": "p"},
            **values,
        },
    )


PUBLISHED = [
    slip(
        "p_off_counts",
        published(reported_p="0.20"),
        cell=f"{results(A)}:16:X",
        words="as the counts give",
    ),
    slip(
        "limits_off_counts",
        published(estimate="0.56", ci_low="0.31", ci_high="0.98"),
        words="if it is of another analysis",
    ),
]

INTERVALS = [
    slip(
        "limits_not_symmetric",
        cells(results(A), DEATH, ci_high="1.40"),
        text(f"{A}/sources.csv", "hazard ratio 0.75 (95% CI 0.58 to 0.97)", "see the figure"),
        cell=f"{results(A)}:12:M",
        words="near 0.901",
    ),
    slip(
        "limits_not_symmetric",
        cells(results(A), DEATH, estimate="0.77", ci_low="0.67", ci_high="8.9"),
        words="near 2.44",
    ),
    slip(
        "limits_of_other_scale",
        cells(results(A), DEATH, ci_low="0.35", ci_high="1.15"),
        words="difference or a log ratio",
    ),
    slip(
        "ratio_limit_zero",
        cells(results(A), DEATH, estimate="0.05", ci_low="0.00", ci_high="0.9"),
        cell=f"{results(A)}:12:O",
    ),
    slip(
        "ratio_with_log_error",
        cells(results(A), STROKE, estimate="0.77", se="0.0724"),
        words="write -0.2614 if 0.77 is the ratio",
    ),
    slip(
        "ratio_in_percent",
        cells(results(A), DEATH, estimate="80", ci_low="50", ci_high="128"),
        words="divide the three numbers by 100",
    ),
    slip(
        "interval_without_width",
        cells(results(A), DEATH, ci_low="0.75", ci_high="0.75"),
        cell=f"{results(A)}:12:P",
    ),
    slip(
        "measure_of_other_scale",
        text(
            CONFIG,
            "    outcome: death\n    week: 24\n    type: generic\n    measure: HR",
            "    outcome: death\n    week: 24\n    type: generic\n    measure: MD",
        ),
        *(
            cells(results(folder), DEATH, estimate=x, ci_low=low, ci_high=high)
            for folder, x, low, high in (
                (A, "0.60", "0.31", "1.15"),
                (B, "0.50", "0.25", "1.01"),
                (C, "0.72", "0.38", "1.37"),
                (D, "0.55", "0.27", "1.11"),
                (E, "0.64", "0.33", "1.25"),
            )
        ),
    ),
    slip("ratio_beyond_belief", cells(results(A), STROKE, estimate="73", se="9")),
    slip(
        "ratio_beyond_belief",
        cells(results(A), STROKE, estimate="", se="", o_minus_e="30", variance="5"),
        words="exchanged",
    ),
]

CONTRASTS = [
    slip(
        "contrast_both_ways",
        added(
            A,
            outcome="death",
            week="24",
            arm_id="p",
            reference_arm_id="d",
            estimate="1.33",
            ci_low="1.03",
            ci_high="1.72",
            provenance="reported",
            source_id="table1",
        ),
        cell=f"{results(A)}:16:E",
    ),
    slip(
        "several_contrasts",
        row(f"{A}/arms.csv", "d2,intervention,Drug twice,drug,,,,,,,"),
        added(
            A,
            outcome="death",
            week="24",
            arm_id="d2",
            reference_arm_id="p",
            estimate="0.8",
            ci_low="0.5",
            ci_high="1.28",
            provenance="reported",
            source_id="table1",
        ),
        cell=f"{results(A)}:12:D",
    ),
    slip(
        "effect_turned_round",
        cells(results(C), STROKE, estimate="0.38", se="0.1"),
        cell=f"{results(C)}:13:M",
        words="the other way round",
    ),
    slip(
        "effect_turned_round",
        cells(results(C), RESP, events="92", reported_percent=""),
        cells(results(C), RESP + 1, events="48"),
        text(f"{C}/sources.csv", "48 of 200 patients (24.0%) responded", "see the table"),
        words="the arms were exchanged",
    ),
    slip(
        "effect_turned_round",
        cells(results(A), PAIN, mean="47.9"),
        cells(results(A), PAIN + 1, mean="41.2"),
        cell=f"{results(A)}:8:D",
        words="standardised difference",
    ),
    slip(
        "effect_turned_round",
        cells(results(C), FALLS, events="205"),
        *(cells(results(x), FALLS, events=n) for x, n in ((A, "15"), (B, "11"), (D, "9"))),
        cells(results(E), FALLS, events="20"),
        words="rate ratio",
    ),
    slip("error_unlike_others", cells(results(A), STROKE, se="1.0"), cell=f"{results(A)}:13:N"),
    slip("error_unlike_others", cells(results(C), STROKE, se="0.009")),
    slip(
        "error_unlike_others",
        cells(results(E), DEATH, ci_low="0.662", ci_high="0.699"),
        text(f"{E}/sources.csv", "hazard ratio 0.68 (95% CI 0.50 to 0.92)", "see the figure"),
        cell=f"{results(E)}:12:O",
    ),
    slip(
        "effect_unlike_others",
        cells(results(B), RELAPSE, events="55"),
        cell=f"{results(B)}:4:F",
        words="digit lost or typed twice",
    ),
    slip("effect_unlike_others", cells(results(A), FALLS, events="311")),
    slip("effect_unlike_others", cells(results(A), PAIN, mean="71.2")),
    slip("effect_unlike_others", cells(results(A), STROKE, estimate="-1.71", se="0.05")),
]


def more_trials(name: str, mean: str, sd: str) -> Change:
    """A trial with pain alone, in another unit."""

    def change(files: Files) -> None:
        folder = f"trials/{name}"
        header = ",".join(RESULTS)
        cells_of = {"outcome": "pain", "week": "24", "mean": mean, "sd": sd, "total": "50"}
        rows = [
            ",".join((cells_of | REPORTED | {"arm_id": arm, "mean": x}).get(c, "") for c in RESULTS)
            for arm, x in (("d", mean), ("p", f"{float(mean) + 0.01:g}"))
        ]
        files[f"{folder}/results.csv"] = "\n".join([header, *rows, ""]).encode()
        files[f"{folder}/arms.csv"] = files[f"{A}/arms.csv"]
        sources = files[f"{A}/sources.csv"].splitlines(keepends=True)
        files[f"{folder}/sources.csv"] = b"".join(sources[:2])
        study = files[f"{A}/study.csv"].replace(b"Adams 2001,2001", f"{name.title()},".encode())
        study = study.replace(b"NCT00000000", b"").replace(b",adams,", b",,")
        files[f"{folder}/study.csv"] = study

    return change


SPREADS = [
    slip("sd_as_error", cells(results(A), PAIN, sd="1.08"), cell=f"{results(A)}:8:L"),
    slip("sd_as_half_width", cells(results(C), PAIN, sd="1.68")),
    slip("sd_as_width", cells(results(B), PAIN, sd="5.2")),
    slip("sd_as_variance", cells(results(A), PAIN, sd="139")),
    slip("sd_as_range", cells(results(A), PAIN, sd="60")),
    slip(
        "sd_as_error_everywhere",
        *(every(PAIN + arm, "sd", lambda x, n: x / n**0.5) for arm in (0, 1)),
        words="alike once multiplied",
    ),
    slip("sd_zero", cells(results(A), PAIN, sd="0"), cell=f"{results(A)}:8:L"),
    slip(
        "median_skewed",
        cells(results(A), PAIN, mean="", sd="", median="41", q1="36", q3="66"),
        words="0.667, from 0.241 on",
    ),
    slip("sd_off_error", cells(results(A), PAIN, se="1.9"), cell=f"{results(A)}:8:L"),
    slip(
        "change_off_means",
        cells(results(A), WEIGHT, baseline_mean="80.1", final_mean="75"),
        words="-5.1, final_mean",
    ),
    slip("clusters_as_patients", cells(f"{A}/study.csv", 2, design="cluster randomised")),
    slip("pairs_as_groups", cells(f"{A}/study.csv", 2, design="randomised, crossover")),
    slip("sd_of_no_change", cells(results(A), WEIGHT, baseline_sd="12", final_sd="20")),
    slip(
        "converted_other_way",
        text(
            CONFIG,
            "    outcome: pain\n    week: 24\n    type: continuous\n    measure: MD",
            "    outcome: pain\n    week: 24\n    type: continuous\n    measure: SMD\n"
            "    events_mean: higher",
        ),
        cells(results(C), PAIN, mean="", sd="", events="60"),
        cells(results(C), PAIN + 1, mean="", sd="", events="30"),
        cell=f"{results(C)}:8:A",
        words="on the side of all other trials of pain",
    ),
    slip(
        "row_of_other_type",
        text(
            CONFIG,
            "    outcome: pain\n    week: 24\n    type: continuous\n    measure: MD",
            "    outcome: pain\n    week: 24\n    type: continuous\n    measure: SMD",
        ),
        cells(results(C), PAIN, mean="", sd="", events="60"),
        cells(results(C), PAIN + 1, mean="", sd="", events="30"),
        words="events_mean",
    ),
    slip(
        "value_for_change",
        text(
            CONFIG,
            "    outcome: weight\n    week: 24\n    type: continuous\n    measure: MD",
            "    outcome: weight\n    week: 24\n    type: continuous\n    measure: SMD-PPC",
        ),
        cells(results(A), WEIGHT, baseline_mean="80.1", mean="75", baseline_sd="12"),
        cell=f"{results(A)}:10:K",
        words="final_mean",
    ),
    slip("f_off_t", published(outcome="pain", reported_t="2.2", reported_f="9"), words="4.84"),
    slip("mean_of_other_sign", cells(results(B), WEIGHT, mean="1.8"), cell=f"{results(B)}:10:K"),
    slip(
        "change_beside_final",
        cells(results(D), PAIN, mean="-7.5"),
        cells(results(D), PAIN + 1, mean="-1.1"),
        cell=f"{results(D)}:8:K",
    ),
    slip(
        "mean_of_other_unit",
        cells(results(D), PAIN, mean="387", sd="133"),
        cells(results(D), PAIN + 1, mean="462", sd="120"),
        words="10.4 times",
    ),
    slip(
        "measure_of_many_units",
        more_trials("grams", "1.1", "0.4"),
        more_trials("hours", "1.2", "0.5"),
        more_trials("inches", "1.4", "0.45"),
        cells(FLOW, 2, count="8"),
        words="3 trials seem to measure in other units",
    ),
    slip(
        "mean_and_sd_exchanged",
        cells(results(A), PAIN, mean="11.8", sd="41.2"),
        cell=f"{results(A)}:8:K",
    ),
    slip(
        "mean_copied",
        cells(results(D), PAIN + 1, mean="38.7", sd="13.3"),
        cell=f"{results(D)}:9:K",
    ),
    slip(
        "outcome_copied",
        cells(results(A), NAUSEA, events="6"),
        cells(results(A), NAUSEA + 1, events="12"),
        cell=f"{results(A)}:6:F",
    ),
    slip("means_far_apart", cells(results(D), PAIN, mean="387"), cell=f"{results(D)}:8:K"),
    slip(
        "spreads_far_apart",
        cells(results(D), WEIGHT, sd="0.30"),
        *(
            cells(results(x), n, sd=s)
            for x, n, s in ((A, WEIGHT, "9.1"), (B, WEIGHT, "0.9"), (C, WEIGHT, "9.4"))
        ),
        *(
            cells(results(x), n, sd=s)
            for x, n, s in ((A, WEIGHT + 1, "9.1"), (B, WEIGHT + 1, "0.9"), (C, WEIGHT + 1, "9.4"))
        ),
    ),
    slip(
        "arm_copied",
        *(
            cells(results(D), first + 1, events=str(events), total="60")
            for first, events in ((RESP, 14), (RELAPSE, 4), (NAUSEA, 8))
        ),
        *(cells(results(D), first + 1, total="60") for first in (PAIN, WEIGHT)),
        bytes_of(
            results(D),
            lambda c: b"".join(
                line for line in c.splitlines(keepends=True) if not line.startswith(b"falls")
            ),
        ),
    ),
    slip(
        "others_counted",
        cells(results(B), RELAPSE, events="85"),
        cells(results(B), RELAPSE + 1, events="82"),
        words="without the event",
    ),
    slip(
        "person_time_of_other_unit",
        cells(results(B), FALLS, person_time="32120"),
        cells(results(B), FALLS + 1, person_time="32850"),
    ),
]

PEOPLE = [
    slip(
        "arm_above_study", cells(f"{A}/arms.csv", 2, n_randomised="1200"), cell=f"{A}/arms.csv:2:G"
    ),
    slip(
        "arms_do_not_add_up",
        cells(f"{A}/study.csv", 2, n_randomised="283"),
        cell=f"{A}/study.csv:2:H",
    ),
    slip(
        "arms_above_study",
        row(f"{A}/arms.csv", "x,control,Standard care,placebo,,,,,,,"),
        row(f"{A}/arms.csv", "y,control,Usual care,placebo,,,30,table1,,,"),
    ),
    slip(
        "total_above_study",
        cells(f"{A}/arms.csv", 2, n_randomised=""),
        cells(results(A), RELAPSE, total="5000"),
        cell=f"{results(A)}:4:G",
    ),
    slip(
        "totals_above_study",
        cells(f"{D}/arms.csv", 2, n_randomised=""),
        cells(f"{D}/arms.csv", 3, n_randomised=""),
        cells(f"{D}/study.csv", 2, n_randomised="110"),
        words="60 + 61",
    ),
    slip("totals_differ", cells(results(A), NAUSEA, total="102"), cell=f"{results(A)}:6:G"),
    slip(
        "totals_differ",
        cells(f"{A}/arms.csv", 2, n_randomised=""),
        cells(f"{A}/study.csv", 2, n_randomised=""),
        cells(results(A), NAUSEA, total="20", note="Those who came."),
    ),
    slip(
        "totals_exchanged",
        *(cells(f"{A}/arms.csv", n, n_randomised="") for n in (2, 3)),
        cells(results(A), NAUSEA, total="118"),
        cells(results(A), NAUSEA + 1, total="120"),
        cell=f"{results(A)}:6:G",
    ),
    slip(
        "arms_unequal",
        cells(results(A), FALLS, person_time="11.85"),
        cell=f"{results(A)}:14:T",
    ),
    slip(
        "label_of_other_side",
        *(cells(f"{A}/arms.csv", n, label=x) for n, x in ((2, "Placebo"), (3, "Drug"))),
        cell=f"{A}/arms.csv:2:D",
    ),
    slip(
        "dose_off_label",
        cells(f"{A}/arms.csv", 2, label="Drug 100 mg", dose="10", dose_unit="mg/day"),
        cell=f"{A}/arms.csv:2:E",
    ),
    slip(
        "covariate_unlike_others",
        cells(f"{A}/covariates.csv", 2, value="5.0"),
        cell=f"{A}/covariates.csv:2:B",
    ),
    slip(
        "week_after_end", cells(f"{A}/study.csv", 2, duration_weeks="12"), cell=f"{results(A)}:2:B"
    ),
    slip(
        "trial_not_compared",
        cells(f"{A}/arms.csv", 2, treatment="statin"),
        cells(f"{A}/arms.csv", 3, treatment="usual care"),
        cell=f"{A}/study.csv:2:D",
    ),
]


def outcome(key: str, value: str, within: str) -> Change:
    """Another value of a key of an outcome in config.yaml."""

    def change(files: Files) -> None:
        head, tail = files[CONFIG].decode().split(f"\n  {within}:\n")
        new = re.sub(rf"(    {key}: ).*", rf"\g<1>{value}", tail, count=1)
        assert new != tail
        files[CONFIG] = f"{head}\n  {within}:\n{new}".encode()

    return change


def another(name: str, like: str, **changed: str) -> Change:
    """A further outcome, like one that is there but for some keys."""

    def change(files: Files) -> None:
        whole = files[CONFIG].decode()
        block = re.split(r"\n  \w+:\n", whole.split(f"\n  {like}:\n")[1])[0]
        for key, value in changed.items():
            block = re.sub(rf"(?m)^    {key}: .*$", f"    {key}: {value}", block)
        files[CONFIG] = f"{whole.rstrip()}\n  {name}:\n{block.rstrip()}\n".encode()

    return change


CHOICES = [
    slip(
        "type_without_rows",
        outcome("type", "binary", "pain"),
        outcome("measure", "RR", "pain"),
        words="continuous: no row of pain",
    ),
    slip(
        "row_of_other_type",
        cells(results(A), PAIN, mean="", sd="", events="50"),
        cells(results(A), PAIN + 1, mean="", sd="", events="70"),
        cell=f"{results(A)}:8:A",
    ),
    slip(
        "outcomes_opposite",
        another("again", "nausea", label="Sick", direction="benefit", measure="OR"),
        words="harm, as nausea says",
    ),
    slip("outcomes_same", another("again", "nausea", label="Sick")),
    slip(
        "reading_unlike_primary",
        another(
            "again",
            "nausea",
            label="Sick",
            measure="OR\n    reading: itt\n    sensitivity_of: nausea",
        ),
        added(
            A,
            outcome="nausea",
            week="24",
            reading="itt",
            arm_id="d",
            events="18",
            total="120",
            **REPORTED,
        ),
    ),
    slip("outcomes_of_one_label", outcome("label", "Nausea", "relapse")),
    slip("analysis_unused", text(CONFIG, "  wald:\n", "  spare:\n    label: Spare\n  wald:\n")),
    slip("direction_against_label", outcome("direction", "benefit", "stroke")),
    slip("measure_against_label", outcome("label", "Pain (risk ratio)", "pain")),
    slip(
        "important_in_percent",
        text(
            CONFIG,
            "analyses:\n  primary:",
            "living:\n  important_difference:\n    measures: {RD: 5}\nanalyses:\n  primary:",
        ),
    ),
]


def design(value: str) -> Change:
    return cells(f"{D}/study.csv", 2, design=value)


LABELS = [
    slip("names_differ_in_blanks", design("parallel  groups"), cell=f"{D}/study.csv:2:C"),
    slip("names_differ_in_blanks", design("parallel\u00a0groups")),
    slip(
        "names_differ_in_dashes",
        *(
            cells(f"{x}/study.csv", 2, design=f"parallel{dash}group")
            for x, dash in ((B, "-"), (D, "\u2011"))
        ),
    ),
    slip(
        "names_differ_in_letters",
        *(cells(f"{x}/study.csv", 2, design=word) for x, word in ((B, "AB"), (D, "\u0410\u0412"))),
    ),
    slip(
        "names_differ_in_form",
        *(
            cells(f"{x}/study.csv", 2, design=word)
            for x, word in ((B, "étude"), (D, "e\u0301tude"))
        ),
    ),
    slip("names_differ_in_case", design("Parallel groups")),
    slip(
        "treatment_near",
        cells(f"{A}/arms.csv", 3, treatment="placeboo"),
        words="did you mean placebo?",
    ),
    slip(
        "group_near", design("paralel groups"), cells(f"{A}/study.csv", 2, design="parallel groups")
    ),
    slip(
        "row_swallowed",
        bytes_of(
            f"{A}/sources.csv",
            lambda c: c.replace(b"Table 1,30", b'Table 1,"30').replace(b"0.97),", b'0.97)",'),
        ),
        cells(results(A), DEATH, source_id="table1"),
        cell=f"{A}/sources.csv:2:D",
    ),
    slip("mojibake", cells(f"{A}/study.csv", 2, label="AdÃ©ms 2001"), words="é"),
    slip("mojibake", cells(f"{A}/study.csv", 2, note="24 â€“ 52 weeks"), words="–"),
    slip("mojibake", cells(f"{A}/study.csv", 2, note="PaweĹ‚"), words="ł"),
    slip("letter_lost", cells(f"{A}/study.csv", 2, note="Pawe\ufffd")),
    slip("letter_of_other_alphabet", cells(f"{A}/study.csv", 2, label="Ad\u0430ms 2001")),
    slip("character_unseen", cells(f"{A}/study.csv", 2, label="Ad\u200bams 2001")),
    slip("line_break_in_name", cells(f"{A}/study.csv", 2, label="Adams\n2001")),
    slip("html_entity", cells(f"{A}/study.csv", 2, note="Smith &amp; Jones")),
]


def copied() -> Change:
    """A trial more, with the results of the first."""

    def change(files: Files) -> None:
        for name in ("arms", "results", "sources", "covariates"):
            files[f"trials/frost2016/{name}.csv"] = files[f"{A}/{name}.csv"]
        study = files[f"{A}/study.csv"].replace(b"Adams 2001,2001", b"Frost 2016,2016")
        study = study.replace(b"NCT00000000", b"").replace(b",adams,", b",frost,")
        files["trials/frost2016/study.csv"] = study
        files[BIB] += b"\n@article{frost, title = {A trial}, year = {2016}}\n"

    return change


STUDIES = [
    slip(
        "year_off_reference",
        bytes_of(BIB, lambda c: c.replace(b"{2008}", b"{1958}")),
        cell=f"{C}/study.csv:2:B",
    ),
    slip(
        "year_off_label", cells(f"{C}/study.csv", 2, label="Clark 2009"), cell=f"{C}/study.csv:2:B"
    ),
    slip(
        "study_after_review",
        cells(f"{E}/study.csv", 2, year="2051", label="Evans"),
        bytes_of(
            BIB,
            lambda c: c.replace(
                b"@article{evans, title = {A trial}, year = {2015}}",
                b"@article{evans, title = {A trial}}",
            ),
        ),
    ),
    slip("one_reference", cells(f"{B}/study.csv", 2, reference="adams"), cell=f"{B}/study.csv:2:J"),
    slip("one_registration", cells(f"{B}/study.csv", 2, registration="NCT 00000000")),
    slip("registration_malformed", cells(f"{B}/study.csv", 2, registration="NCT0000001")),
    slip(
        "same_results", copied(), cells(FLOW, 2, count="6"), cell="trials/frost2016/study.csv:2:A"
    ),
    slip("group_blank", design("")),
    slip("covariate_absent", bytes_of(f"{D}/covariates.csv", lambda c: c.split(b"\n")[0] + b"\n")),
    slip(
        "effects_in_clusters",
        *(row(f"{folder}/covariates.csv", "cluster,1,,table1,,") for folder in (A, B)),
    ),
    slip(
        "curve_coarse",
        added(A, outcome="death", week="24", arm_id="d", total="120", **REPORTED),
        replace(
            f"{A}/survival.csv",
            b"outcome,week,arm_id,time,survival,at_risk,source_id,note\n"
            b"death,24,d,12,0.9,90,table1,\ndeath,24,d,24,0.7,60,table1,\n",
        ),
        cell=f"{A}/survival.csv:3:E",
    ),
    slip("source_unused", row(f"{A}/sources.csv", "table3,adams,Table 3,as printed,")),
    slip("treatment_unused", row(f"{A}/arms.csv", "s,control,Statin,statin,,,,,,,")),
    slip(
        "judged_outcome_unknown",
        replace(
            f"{A}/risk_of_bias.csv",
            b"outcome,tool,domain,judgement,support,source_id\nresponse,RoB 2,overall,low,,\n",
        ),
    ),
    slip("review_date_far", text(CONFIG, '"2021-05-05"', '"2090-05-05"')),
    slip("review_date_far", text(CONFIG, '"2021-05-05"', '"2090-05-05"'), rename(CHANGELOG, "")),
    slip(
        "change_after_review", text(CONFIG, '"2021-05-05"', '"2019-05-05"'), cell=f"{CHANGELOG}:2:A"
    ),
    slip(
        "reference_after_review",
        cells(f"{E}/study.csv", 2, year=""),
        bytes_of(BIB, lambda c: c.replace(b"{2015}", b"{2071}")),
    ),
]

QUOTES = [
    slip(
        "count_is_percentage",
        cells(results(A), RESP, events="25", reported_percent=""),
        text(f"{A}/sources.csv", "30 of 120 patients (25.0%)", "25% of patients"),
        cell=f"{results(A)}:2:F",
        words="25 % of 120 patients are 30",
    ),
    slip(
        "quote_has_other_count",
        cells(results(A), RESP, events="20", reported_percent="16.7"),
        text(f"{A}/sources.csv", " (25.0%)", ""),
        words="30 of 120",
    ),
    slip(
        "quote_has_other_percentage",
        cells(results(A), RESP, events="", reported_percent="52.5"),
        words="25: the quotation",
    ),
    slip(
        "quote_has_other_contrast",
        cells(results(A), DEATH, ci_high="0.98"),
        cell=f"{results(A)}:12:P",
    ),
    slip(
        "quote_has_other_level",
        text(f"{A}/sources.csv", "95% CI", "99% CI"),
        cell=f"{results(A)}:12:O",
    ),
    slip(
        "percentage_of_no_count",
        cells(results(D), RESP + 1, events="", reported_percent="48.0"),
    ),
    slip("count_off_percentage", cells(results(D), RESP, reported_percent="25.0")),
    slip("bounds_left_out", cells(results(C), NAUSEA, reported_percent="14", provenance="derived")),
    slip(
        "nested_of_fewer",
        text(CONFIG, "data: data\n", "data: data\nnested: [[nausea, resp]]\n"),
        cells(results(A), NAUSEA, events="31", total="121", note="All."),
        cells(f"{A}/arms.csv", 2, n_randomised="121"),
        cells(f"{A}/study.csv", 2, n_randomised="239"),
    ),
    slip("flow_off_trials", cells(FLOW, 2, count="6")),
]

FILES = [
    slip("folder_ignored", *(replace(f"trials/{x}/study.csv", b"") for x in ("_frost2016",))),
    slip("folder_ignored", replace("trials/.frost2016/results.csv", b"")),
    slip("workbook_beside_table", replace(f"{A}/results.xlsx", b"PK")),
    slip("table_of_other_ending", replace(f"{A}/risk_of_bias.tsv", b"")),
    slip("folder_in_trial", replace(f"{A}/adams2001/study.csv", b"")),
    slip("review_table_misnamed", replace("claim.csv", b""), words="did you mean claims.csv?"),
    slip("table_beside_trials", replace("trials/results.csv", b"")),
]

SLIPS = [
    *SELECTED,
    *LEFT_OUT,
    *INTERVALS,
    *PUBLISHED,
    *CONTRASTS,
    *SPREADS,
    *PEOPLE,
    *CHOICES,
    *LABELS,
    *STUDIES,
    *QUOTES,
    *FILES,
]

CERTAIN = [
    slip(
        "ratio_not_positive",
        cells(results(A), DEATH, estimate="-0.22", ci_low="-0.69", ci_high="0.25"),
        cell=f"{results(A)}:12:M",
    ),
    slip(
        "ratio_not_positive",
        cells(results(A), DEATH, ci_low="-0.58"),
        cell=f"{results(A)}:12:O",
    ),
    slip(
        "control_against_intervention",
        cells(results(A), STROKE, arm_id="p", reference_arm_id="d"),
        cell=f"{results(A)}:13:D",
    ),
    slip(
        "nothing_in_clusters",
        text(
            CONFIG, "    label: Wald\n    ci: Wald\n", "    label: Wald\n    model: three_level\n"
        ),
        cell=f"{CONFIG}:23",
        words="choose model random",
    ),
]
"""Slips that are certain: faults, which must be mended."""
