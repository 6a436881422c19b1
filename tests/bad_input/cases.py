"""Files that must not pass: each with exactly the faults expected, at exactly these cells."""

import csv
import io
from dataclasses import dataclass

from .review import (
    ARMS,
    BETA_COVARIATES,
    BETA_RESULTS,
    BETA_STUDY,
    BIAS,
    BIB,
    CERTAINTY,
    CHANGELOG,
    CLAIMS,
    CONFIG,
    COVARIATES,
    FLOW,
    RESULTS,
    SEARCH,
    SOURCES,
    STUDY,
    Change,
    Files,
    bytes_of,
    cell,
    column,
    drop,
    rename,
    replace,
    row,
    text,
)


@dataclass(frozen=True)
class Case:
    """What is spoilt, and the faults as "cell | words of the expectation or remedy"."""

    group: str
    name: str
    changes: tuple[Change, ...]
    faults: tuple[str, ...]


def case(group: str, name: str, changes: Change | tuple[Change, ...], *faults: str) -> Case:
    return Case(group, name, changes if isinstance(changes, tuple) else (changes,), faults)


def encoded(file: str, encoding: str) -> Change:
    return bytes_of(file, lambda content: content.decode().encode(encoding))


def joined_by(file: str, delimiter: str) -> Change:
    def change(files: Files) -> None:
        out = io.StringIO()
        records = csv.reader(io.StringIO(files[file].decode(), newline=""))
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(records)
        files[file] = out.getvalue().encode()

    return change


EVENTS = "trials/alpha2001/results.csv:2:F"
MEAN = "trials/alpha2001/results.csv:4:K"
ID = "an id"

ENCODING = [
    case(
        "encoding",
        "utf16",
        encoded(STUDY, "utf-16"),
        f"{STUDY} | UTF-16",
    ),
    case(
        "encoding",
        "utf16_without_mark",
        encoded(STUDY, "utf-16-le"),
        f"{STUDY}:1 | NUL",
    ),
    case(
        "encoding",
        "windows_1250",
        (cell(SOURCES, 3, "quote", "Paweł"), encoded(SOURCES, "cp1250")),
        f"{SOURCES}:3 | byte 108 of the file",
    ),
    case(
        "encoding",
        "latin_1",
        (cell(STUDY, 2, "note", "Müller"), encoded(STUDY, "latin-1")),
        f"{STUDY}:2 | UTF-8",
    ),
    case("encoding", "nul", bytes_of(ARMS, lambda c: c + b"\0"), f"{ARMS}:4 | NUL"),
    case("encoding", "workbook", replace(STUDY, b"PK\x03\x04\x14\0"), f"{STUDY} | unpack"),
    case("encoding", "cut_character", bytes_of(BIB, lambda c: c + b"% \xc5"), f"{BIB}:9 | UTF-8"),
    case("encoding", "config", bytes_of(CONFIG, lambda c: c + b"# \xff\n"), f"{CONFIG}:50 | UTF-8"),
    case("encoding", "claims", bytes_of(CLAIMS, lambda c: c + b"\xff"), f"{CLAIMS}:4 | UTF-8"),
    case(
        "encoding",
        "surrogate",
        bytes_of(ARMS, lambda c: c + b"\xed\xa0\x80\n"),
        f"{ARMS}:4 | UTF-8",
    ),
]

CSV_FORM = [
    case("csv form", "empty", replace(ARMS, b""), f"{ARMS} | the file is empty"),
    case("csv form", "only_mark", replace(ARMS, b"\xef\xbb\xbf"), f"{ARMS} | the file is empty"),
    case("csv form", "semicolons", joined_by(RESULTS, ";"), f"{RESULTS}:1:A | semicolons"),
    case("csv form", "tabs", joined_by(STUDY, "\t"), f"{STUDY}:1:A | tabs"),
    case("csv form", "bars", joined_by(SOURCES, "|"), f"{SOURCES}:1:A | bars"),
    case(
        "csv form",
        "sep_line",
        bytes_of(ARMS, lambda c: b"sep=,\n" + c),
        f"{ARMS}:1:A | remove this row: the names of the columns stand in the next",
    ),
    case(
        "csv form",
        "unclosed_quote",
        text(SOURCES, '"27 of 42, ""as treated"""', '"27 of 42'),
        f"{SOURCES}:2 | close the one that opens in this row",
    ),
    case(
        "csv form",
        "text_after_quote",
        text(SOURCES, '"27 of 42, ""as treated"""', '"27" of 42'),
        f"{SOURCES}:2 | only a comma",
    ),
    case(
        "csv form",
        "unquoted_comma",
        text(RESULTS, "Looked for harms: not stated.", "Looked, not stated."),
        f"{RESULTS}:9:T | 19 cells, as in the header, but there are 20",
    ),
    case(
        "csv form",
        "short_row",
        text(RESULTS, ",,,external,table2,\n", ",,,external,table2\n"),
        f"{RESULTS}:10:S | 19 cells, as in the header, but there are 18",
    ),
    case(
        "csv form",
        "surplus_comma",
        text(RESULTS, "pain,24,,drug,,,42", "pain,24,,drug,,,,42"),
        f"{RESULTS}:4:T | 19 cells, as in the header, but there are 20",
    ),
    case(
        "csv form",
        "value_in_nameless_column",
        column(ARMS, "", "x"),
        f"{ARMS}:1:J | a name, as 2 rows have a value in this column",
    ),
    case(
        "csv form",
        "one_word",
        bytes_of(STUDY, lambda c: c + b"words\n"),
        f"{STUDY}:3:B | 11 cells, as in the header, but there are 1",
    ),
    case("csv form", "binary", replace(STUDY, b"\x89PNG\r\n\x1a\n\xff"), f"{STUDY}:1 | UTF-8"),
    case("csv form", "html", replace(STUDY, b"<!DOCTYPE html>\n"), f"{STUDY} | a web page (HTML)"),
]


def shifted(file: str, at: int, by: int) -> Change:
    """Move the cells of a row (the header is row 1) to the right, or to the left."""

    def change(files: Files) -> None:
        records = list(csv.reader(io.StringIO(files[file].decode(), newline="")))
        row = records[at - 1]
        records[at - 1] = ["", *row[:-1]] if by > 0 else [*row[1:], ""]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(records)
        files[file] = out.getvalue().encode()

    return change


HEADER = [
    case(
        "header",
        "title_above",
        bytes_of(ARMS, lambda c: b"Arms of Alpha,,,,,,,,\n" + c),
        f"{ARMS}:1:A | the names of the columns stand in the next one",
    ),
    case(
        "header",
        "merged_cell",
        text(RESULTS, ",events,total,", ",events,,"),
        f"{RESULTS}:1 | a column total",
        f"{RESULTS}:1:G | a name, as 8 rows have a value",
    ),
    case(
        "header",
        "one_value_without_name",
        (column(SOURCES, "", ""), cell(SOURCES, 3, "", "x")),
        f"{SOURCES}:3:E | without a name",
    ),
    case("header", "missing", drop(RESULTS, "provenance"), f"{RESULTS}:1 | a column provenance"),
    case("header", "missing_key", drop(ARMS, "arm_id"), f"{ARMS}:1 | a column arm_id"),
    case(
        "header", "misspelt", text(RESULTS, "events,", "evnets,"), f"{RESULTS}:1:F | mean events?"
    ),
    case("header", "capital", text(ARMS, "treatment,", "Treatment,"), f"{ARMS}:1:D | treatment?"),
    case("header", "blank_before", text(ARMS, "role,", " role,"), f"{ARMS}:1:B | mean role?"),
    case("header", "unknown", column(SOURCES, "colour", "red"), f"{SOURCES}:1:E | remarks in note"),
    case("header", "twice", column(STUDY, "year", "2001"), f"{STUDY}:1:L | year stands in B"),
    case(
        "header",
        "without",
        bytes_of(SOURCES, lambda c: c.split(b"\n", 1)[1]),
        f"{SOURCES}:1:A | put this row on top: source_id,reference,locator,quote",
    ),
    case("header", "claims", drop(CLAIMS, "kind"), f"{CLAIMS}:1 | a column kind"),
    case("header", "bias", text(BIAS, "judgement", "judgment"), f"{BIAS}:1:D | mean judgement?"),
    case(
        "header", "other_table", rename(SOURCES, ARMS), f"{ARMS}:1:A | first row", f"{SOURCES} | "
    ),
    case(
        "header",
        "look_alike",
        text(STUDY, "year", "y\u0435ar"),
        f"{STUDY}:1:B | did you mean year?",
    ),
    case(
        "header",
        "no_break_space",
        text(STUDY, ",year", ",\u00a0year"),
        f"{STUDY}:1:B | did you mean year?",
    ),
]


def spoilt(
    group: str, place: str, file: str, at: int, name: str, values: dict[str, str]
) -> list[Case]:
    """One case for each value put into the same cell."""
    return [
        case(group, f"{name}_{number}", cell(file, at, name, value), f"{place} | {words}")
        for number, (value, words) in enumerate(values.items())
    ]


TYPE = [
    *spoilt(
        "type",
        EVENTS,
        RESULTS,
        2,
        "events",
        {
            "27.5": "a count has no decimals",
            "27.0": "write it without decimals",
            "+27": "remove the plus sign",
            "027": "remove the zeros in front",
            "27/42": "events and total in their own columns",
            "64%": "without the sign for per cent",
            "2.7E+01": "without an exponent",
            "<5": "only an exact value",
            "~27": "only an exact value",
            "26-28": "only one number",
            "27 (64%)": "words about the number belong in note",
            "27*": "words about the number belong in note",
            "2 7": "words about the number belong in note",
            "twenty": "words about the number belong in note",
            "NA": "leave the cell blank",
            "n/a": "leave the cell blank",
            "NaN": "leave the cell blank",
            "NULL": "leave the cell blank",
            "-": "leave the cell blank",
            "–": "leave the cell blank",
            "?": "leave the cell blank",
            "not reported": "leave the cell blank",
            "0x1B": "words about the number",
            "1_000": "words about the number",
        },
    ),
    *spoilt(
        "type",
        MEAN,
        RESULTS,
        4,
        "mean",
        {
            ".5": "a zero before the point",
            "31.": "remove the point",
            "1e3": "without an exponent",
            "31.5 (12.2)": "words about the number",
            "inf": "words about the number",
            "nan": "leave the cell blank",
            "007.5": "remove the zeros in front",
            "1" * 17: "at most 15 digits",
            "9" * 5000: "at most 15 digits",
        },
    ),
    case("type", "year", cell(STUDY, 2, "year", "2001a"), f"{STUDY}:2:B | words about the number"),
    case("type", "dose", cell(ARMS, 2, "dose", "10 mg"), f"{ARMS}:2:E | words about the number"),
    case("type", "week", cell(RESULTS, 10, "week", "w24"), f"{RESULTS}:10:B | a whole number"),
    case(
        "type", "percent", cell(RESULTS, 2, "reported_percent", "64 %"), f"{RESULTS}:2:J | per cent"
    ),
    case(
        "type", "claim", cell(CLAIMS, 2, "estimate", "3,86"), f"{CLAIMS}:2:J | a point as decimal"
    ),
    case(
        "type",
        "claim_interval",
        cell(CLAIMS, 2, "ci_low", "1.06 to 14.01"),
        f"{CLAIMS}:2:K | words about the number",
    ),
]

RANGE = [
    case(
        "range", "negative_events", cell(RESULTS, 2, "events", "-1"), f"{EVENTS} | never negative"
    ),
    case("range", "unicode_minus", cell(RESULTS, 2, "events", "−1"), f"{EVENTS} | hyphen"),
    case("range", "huge_events", cell(RESULTS, 2, "events", "9" * 12), f"{EVENTS} | too large"),
    case("range", "total_0", cell(RESULTS, 10, "total", "0"), f"{RESULTS}:10:G | at least 1"),
    case(
        "range",
        "percent_101",
        cell(RESULTS, 2, "reported_percent", "101"),
        f"{RESULTS}:2:J | at most 100",
    ),
    case(
        "range",
        "percent_negative",
        cell(RESULTS, 2, "reported_percent", "-64"),
        f"{RESULTS}:2:J | at least 0",
    ),
    case("range", "label_long", cell(STUDY, 2, "label", "x" * 301), f"{STUDY}:2:A | At most 300"),
    case("range", "arm_long", cell(ARMS, 2, "label", "x" * 10**5), f"{ARMS}:2:C | At most 300"),
    case("range", "drug_long", cell(ARMS, 2, "treatment", "x" * 301), f"{ARMS}:2:D | At most 300"),
    case("range", "year_early", cell(STUDY, 2, "year", "201"), f"{STUDY}:2:B | at least 1800"),
    case("range", "year_late", cell(STUDY, 2, "year", "20011"), f"{STUDY}:2:B | at most 2200"),
    case("range", "dose_negative", cell(ARMS, 2, "dose", "-10"), f"{ARMS}:2:E | at least 0"),
    case("range", "sd_negative", cell(RESULTS, 4, "sd", "-12.25"), f"{RESULTS}:4:L | above 0"),
    case("range", "arm_of_nobody", cell(ARMS, 3, "n_randomised", "0"), f"{ARMS}:3:G | at least 1"),
    case("range", "no_weeks", cell(STUDY, 2, "duration_weeks", "0"), f"{STUDY}:2:G | at least 1"),
    case("range", "status", cell(STUDY, 2, "status", "Included"), f"{STUDY}:2:D | mean included?"),
    case(
        "range",
        "role",
        cell(ARMS, 2, "role", "experimental"),
        f"{ARMS}:2:B | one of intervention, control",
    ),
    case(
        "range",
        "provenance",
        cell(RESULTS, 2, "provenance", "reportd"),
        f"{RESULTS}:2:Q | mean reported?",
    ),
]

CROSS_FIELD = [
    case(
        "cross-field",
        "events_above_total",
        cell(RESULTS, 10, "events", "13"),
        f"{RESULTS}:10:F | at most the total, 12",
    ),
    case(
        "cross-field",
        "no_total",
        cell(RESULTS, 10, "total", ""),
        f"{RESULTS}:10:G | as there are events",
    ),
    case(
        "cross-field",
        "total_above_randomised",
        cell(RESULTS, 10, "total", "13"),
        f"{RESULTS}:10:G | at most the 12 randomised",
    ),
    case(
        "cross-field",
        "low_above_events",
        (cell(RESULTS, 2, "events_low", "28"),),
        f"{RESULTS}:2:H | at most the events, 27",
    ),
    case(
        "cross-field",
        "high_below_events",
        cell(RESULTS, 2, "events_high", "26"),
        f"{RESULTS}:2:I | at least the events, 27",
    ),
    case(
        "cross-field",
        "high_above_total",
        (cell(RESULTS, 10, "events_low", "0"), cell(RESULTS, 10, "events_high", "14")),
        f"{RESULTS}:10:I | at most the total, 12",
    ),
    case(
        "cross-field",
        "one_bound",
        cell(RESULTS, 10, "events_low", "1"),
        f"{RESULTS}:10:I | both bounds or none",
    ),
    case(
        "cross-field",
        "bounds_without_events",
        (cell(RESULTS, 4, "events_low", "1"), cell(RESULTS, 4, "events_high", "2")),
        f"{RESULTS}:4:F | as there are bounds",
    ),
    case(
        "cross-field",
        "sd_without_mean",
        cell(RESULTS, 4, "mean", ""),
        f"{RESULTS}:4:K | a standard deviation",
    ),
    case(
        "cross-field",
        "mean_without_total",
        cell(RESULTS, 4, "total", ""),
        f"{RESULTS}:4:G | as there is a mean",
    ),
    case(
        "cross-field",
        "one_limit",
        cell(RESULTS, 6, "ci_high", ""),
        f"{RESULTS}:6:P | both limits or none",
    ),
    case(
        "cross-field",
        "outside_limits",
        cell(RESULTS, 6, "estimate", "1.5"),
        f"{RESULTS}:6:M | from 0.5 to 1.28",
    ),
    case(
        "cross-field",
        "limits_swapped",
        (cell(RESULTS, 6, "ci_low", "1.28"), cell(RESULTS, 6, "ci_high", "0.5")),
        f"{RESULTS}:6:M | its limits",
    ),
    case(
        "cross-field", "se_and_limits", cell(RESULTS, 6, "se", "0.24"), f"{RESULTS}:6:N | not both"
    ),
    case(
        "cross-field",
        "se_0",
        (
            cell(RESULTS, 6, "se", "0"),
            cell(RESULTS, 6, "ci_low", ""),
            cell(RESULTS, 6, "ci_high", ""),
        ),
        f"{RESULTS}:6:N | above 0",
    ),
    case(
        "cross-field",
        "limits_without_estimate",
        cell(RESULTS, 6, "estimate", ""),
        f"{RESULTS}:6:M | as there are limits",
    ),
    case(
        "cross-field",
        "estimate_of_an_arm",
        cell(RESULTS, 6, "reference_arm_id", ""),
        f"{RESULTS}:6:M | of one arm",
    ),
    case(
        "cross-field",
        "events_of_a_contrast",
        (cell(RESULTS, 6, "events", "3"), cell(RESULTS, 6, "total", "42")),
        f"{RESULTS}:6:F | of two arms",
    ),
    case(
        "cross-field",
        "dose_without_unit",
        cell(ARMS, 2, "dose_unit", ""),
        f"{ARMS}:2:F | the unit of the dose",
    ),
    case(
        "cross-field",
        "no_study_row",
        text(STUDY, "Alpha 2001,2001,randomised,included,adults,none,24,57,,alpha,\n", ""),
        f"{STUDY}:2 | one row about the study",
    ),
    case(
        "cross-field",
        "two_study_rows",
        row(STUDY, "Gamma,2001,,included,,,,,,,"),
        f"{STUDY}:3:A | one row only",
    ),
]

KEY = [
    case(
        "key",
        "result_twice",
        row(RESULTS, "harm,24,,placebo,,1,12,,,,,,,,,,external,table2,"),
        f"{RESULTS}:11:A | row 10 has",
    ),
    case(
        "key",
        "result_contradicted",
        row(RESULTS, "harm,24,,placebo,,5,12,,,,,,,,,,external,table2,"),
        f"{RESULTS}:11:A | remove one of the two rows",
    ),
    case(
        "key",
        "arm_twice",
        row(ARMS, "drug,intervention,Again,drug,,,,,"),
        f"{ARMS}:4:A | row 2 has",
    ),
    case("key", "source_twice", row(SOURCES, "table1,alpha,,"), f"{SOURCES}:4:A | row 2 has"),
    case(
        "key",
        "claim_twice",
        cell(CLAIMS, 3, "claim_id", "figure1_alpha"),
        f"{CLAIMS}:3:A | row 2 has",
    ),
    case(
        "judgement",
        "no_judgement_without_a_reason",
        cell(BIAS, 3, "judgement", ""),
        f"{BIAS}:3:D | in support the reason",
    ),
    case(
        "key",
        "judgement_twice",
        row(BIAS, "response,RoB 2,randomisation,high,,"),
        f"{BIAS}:4:A | row 2 has",
    ),
    case(
        "key",
        "reference_twice",
        bytes_of(BIB, lambda c: c + b"@book{alpha, title = {A}}\n"),
        f"{BIB}:9 | each key once",
    ),
    case(
        "key",
        "label_twice",
        cell(BETA_STUDY, 2, "label", "Alpha 2001"),
        f"{BETA_STUDY}:2:A | no other study has",
    ),
    case(
        "key",
        "label_twice_but_case",
        cell(BETA_STUDY, 2, "label", "ALPHA 2001"),
        f"{BETA_STUDY}:2:A | no other study has",
    ),
    *spoilt(
        "key",
        f"{RESULTS}:10:A",
        RESULTS,
        10,
        "outcome",
        {
            "Harm": "write harm",
            "any harm": "write any_harm",
            "any-harm": "write any_harm",
            "2harm": ID,
            "_harm": "write harm",
            "a" * 65: ID,
            "": "fill in the cell",
            "../../x": ID,
            "harm\n": "at the edge",
            "; touch x": "write touch_x",
            "$(touch x)": ID,
            "{harm}": ID,
        },
    ),
]

FOREIGN_KEY = [
    case(
        "foreign key",
        "arm",
        cell(RESULTS, 10, "arm_id", "placebos"),
        f"{RESULTS}:10:D | mean placebo?",
    ),
    case(
        "foreign key",
        "reference_arm",
        cell(RESULTS, 6, "reference_arm_id", "control"),
        f"{RESULTS}:6:E | arm_id of arms.csv",
    ),
    case(
        "foreign key",
        "own_reference",
        cell(RESULTS, 6, "reference_arm_id", "drug"),
        f"{RESULTS}:6:E | another arm",
    ),
    case(
        "foreign key",
        "source_of_result",
        cell(RESULTS, 10, "source_id", "table3"),
        f"{RESULTS}:10:R | source_id of sources.csv",
    ),
    case(
        "foreign key",
        "source_of_arm",
        cell(ARMS, 2, "source_id", "tabel1"),
        f"{ARMS}:2:H | mean table1?",
    ),
    case(
        "foreign key",
        "source_of_judgement",
        cell(BIAS, 2, "source_id", "x"),
        f"{BIAS}:2:F | source_id of sources.csv",
    ),
    case(
        "foreign key",
        "study_reference",
        cell(STUDY, 2, "reference", "alfa"),
        f"{STUDY}:2:J | mean alpha?",
    ),
    case(
        "foreign key",
        "source_reference",
        cell(SOURCES, 3, "reference", "gamma"),
        f"{SOURCES}:3:B | references.bib",
    ),
    case(
        "foreign key",
        "reference_by_case",
        cell(SOURCES, 3, "reference", "Alpha"),
        f"{SOURCES}:3:B | mean alpha?",
    ),
    case(
        "foreign key",
        "claim_reference",
        cell(CLAIMS, 2, "reference", "gamma"),
        f"{CLAIMS}:2:B | references.bib",
    ),
    case(
        "foreign key",
        "claim_study",
        cell(CLAIMS, 2, "study_id", "alpha2002"),
        f"{CLAIMS}:2:F | mean alpha2001?",
    ),
    case(
        "foreign key",
        "claim_pooled",
        cell(CLAIMS, 3, "study_id", "pooled"),
        f"{CLAIMS}:3:F | blank cell for a pooled",
    ),
    case("foreign key", "no_bibliography", rename(BIB, ""), f"{BIB} | a file of this name"),
    case(
        "foreign key",
        "other_trials_source",
        cell(BETA_RESULTS, 2, "source_id", "table1"),
        f"{BETA_RESULTS}:2:R | (page3)",
    ),
]


EMPTY_ARMS = bytes_of(ARMS, lambda content: content.split(b"\n", 1)[0] + b"\n")

MISSING_COUNT = cell(RESULTS, 9, "events", "50")  # 42 were analysed, and provenance is missing

ARM = [
    case(
        "arms",
        "mixed_up",
        tuple(cell(RESULTS, at, "arm_id", "placebo" if at % 2 else "drug") for at in (9, 10)),
        f"{RESULTS}:9:G | at most the 12 randomised to arm placebo",
    ),
    case(
        "arms",
        "too_many_again_and_again",
        (bytes_of(ARMS, lambda c: c.replace(b",45,", b",40,")),),
        f"{RESULTS}:2:G | at most the 40 randomised to arm drug (rows 4, 9 too)",
        f"{RESULTS}:7:G | at most the 40",
    ),
    case("arms", "number_of_the_missing", MISSING_COUNT, f"{RESULTS}:9:F | provenance is missing"),
    case(
        "arms",
        "name_with_blank",
        cell(RESULTS, 10, "arm_id", "placebo "),
        f"{RESULTS}:10:D | remove the blank at the edge",
    ),
    case("arms", "none", EMPTY_ARMS, f"{ARMS}:2 | at least two arms"),
    case(
        "arms",
        "role_against_config",
        cell(ARMS, 3, "role", "intervention"),
        f"{ARMS}:3:B | control, the side of placebo",
    ),
    case(
        "arms",
        "group_where_sides_are_compared",
        cell(ARMS, 3, "role", "group"),
        f"{ARMS}:3:B | name the side; group is of a review that compares nothing",
    ),
    case(
        "arms",
        "treatment_on_other_side",
        cell(ARMS, 3, "treatment", "drug"),
        f"{ARMS}:3:B | intervention, the side of drug",
    ),
    case(
        "arms", "treatment_by_case", cell(ARMS, 2, "treatment", "Drug"), f"{ARMS}:2:D | write drug"
    ),
    case(
        "arms",
        "treatment_with_blank",
        cell(ARMS, 2, "treatment", "drug "),
        f"{ARMS}:2:D | remove a blank",
    ),
    case(
        "arms",
        "treatment_missing",
        cell(ARMS, 2, "treatment", ""),
        f"{ARMS}:2:D | fill in the cell",
    ),
    case("arms", "label_missing", cell(ARMS, 2, "label", ""), f"{ARMS}:2:C | fill in the cell"),
    case("arms", "id_missing", cell(ARMS, 2, "arm_id", ""), f"{ARMS}:2:A | fill in the cell"),
    case("arms", "id_with_capital", cell(ARMS, 2, "arm_id", "Drug"), f"{ARMS}:2:A | write drug"),
    case(
        "arms",
        "number_without_source",
        cell(ARMS, 2, "source_id", ""),
        f"{ARMS}:2:H | a number of patients",
    ),
    case(
        "arms",
        "result_without_arm",
        cell(RESULTS, 2, "arm_id", ""),
        f"{RESULTS}:2:D | fill in the cell",
    ),
]

SPREADSHEET = [
    case(
        "spreadsheet damage",
        "row_shifted_right",
        shifted(RESULTS, 10, 1),
        f"{RESULTS}:10:R | “external” in the column provenance, one to the left",
    ),
    case(
        "spreadsheet damage",
        "row_shifted_left",
        shifted(ARMS, 3, -1),
        f"{ARMS}:3:A | “control” in the column role, one to the right",
    ),
    case(
        "spreadsheet damage",
        "study_shifted",
        shifted(STUDY, 2, 1),
        f"{STUDY}:2:E | in the column status, one to the left",
    ),
    case(
        "spreadsheet damage",
        "counts_of_the_other_arm",
        (
            cell(BETA_RESULTS, 2, "events", "55"),
            cell(BETA_RESULTS, 3, "events", "95"),
        ),
        f"{BETA_RESULTS}:2:F | 94 to 96",
        f"{BETA_RESULTS}:3:F | 54 to 56",
    ),
    *spoilt(
        "spreadsheet damage",
        EVENTS,
        RESULTS,
        2,
        "events",
        {
            "2027-01-27": "made a date",
            "27/01/2027": "made a date",
            "27.1.27": "made a date",
            "27-Jan": "made a date",
            "Jan-27": "made a date",
            "27. Jan 2027": "made a date",
            "12:30": "made a date",
            "12:30:00": "made a date",
            "1,116": "write 1116",
            "1 116": "write 1116",
            "1.116": "write 1116",
            "1'116": "write 1116",
            "1\u202f116": "write 1116",
            "#REF!": "a formula of the spreadsheet failed",
            "#N/A": "a formula of the spreadsheet failed",
            "#DIV/0!": "a formula of the spreadsheet failed",
            "Err:502": "a formula of the spreadsheet failed",
            "=27": "the result of the formula",
            "TRUE": "made a truth value",
            " 27": "remove a blank",
            "27\t": "remove",
            "'27": "words about the number",
            "2O": "a letter (I, l, O)",
            "l2": "a letter (I, l, O)",
        },
    ),
    case(
        "spreadsheet damage", "label", cell(STUDY, 2, "label", "#NAME?"), f"{STUDY}:2:A | formula"
    ),
    case("spreadsheet damage", "note", cell(STUDY, 2, "note", "#VALUE!"), f"{STUDY}:2:K | formula"),
    case("spreadsheet damage", "year", cell(STUDY, 2, "year", "01.01.2001"), f"{STUDY}:2:B | date"),
]

LOCALE = spoilt(
    "locale",
    MEAN,
    RESULTS,
    4,
    "mean",
    {
        "31,5": "use a point as decimal mark",
        "1,031.5": "separators of thousands",
        "1.031,5": "words about the number",
        "1 031.5": "separators of thousands",
        "1\u00a0031,5": "separators of thousands",
        "−4": "use the hyphen",
        "–4": "use the hyphen",
        "٣١": "use the digits 0 to 9",
        "３１.5": "use the digits 0 to 9",
        "31·5": "MIDDLE DOT",
    },
)

UNICODE = [
    case(
        "unicode",
        "cyrillic_id",
        cell(RESULTS, 10, "outcome", "h\u0430rm"),
        f"{RESULTS}:10:A | CYRILLIC",
    ),
    case("unicode", "fullwidth_id", cell(ARMS, 3, "arm_id", "ｐlacebo"), f"{ARMS}:3:A | FULLWIDTH"),
    case(
        "unicode",
        "combining_id",
        cell(RESULTS, 10, "outcome", "ha\u0301rm"),
        f"{RESULTS}:10:A | COMBINING",
    ),
    case(
        "unicode",
        "zero_width_id",
        cell(RESULTS, 10, "outcome", "harm\u200b"),
        f"{RESULTS}:10:A | ZERO WIDTH",
    ),
    case(
        "unicode",
        "no_break_space",
        cell(RESULTS, 2, "events", "27\u00a0"),
        f"{EVENTS} | no-break space",
    ),
    case(
        "unicode", "soft_hyphen", cell(RESULTS, 2, "events", "2\u00ad7"), f"{EVENTS} | SOFT HYPHEN"
    ),
    case("unicode", "roman", cell(RESULTS, 2, "events", "Ⅻ"), f"{EVENTS} | ROMAN NUMERAL"),
    case(
        "unicode", "superscript", cell(RESULTS, 2, "events", "27²"), f"{EVENTS} | SUPERSCRIPT TWO"
    ),
    case(
        "unicode",
        "override_in_label",
        cell(STUDY, 2, "label", "A\u202eahpl"),
        f"{STUDY}:2:A | U+202E",
    ),
    case("unicode", "isolate_in_note", cell(STUDY, 2, "note", "A\u2066b"), f"{STUDY}:2:K | U+2066"),
    case("unicode", "escape", cell(STUDY, 2, "note", "\x1b[31mred"), f"{STUDY}:2:K | U+001B"),
    case("unicode", "form_feed", cell(SOURCES, 2, "quote", "a\x0cb"), f"{SOURCES}:2:D | U+000C"),
    case("unicode", "c1_control", cell(SOURCES, 2, "quote", "a\x92s"), f"{SOURCES}:2:D | U+0092"),
    case(
        "unicode",
        "mark_inside",
        cell(RESULTS, 2, "outcome", "\ufeffresponse"),
        f"{RESULTS}:2:A | ZERO WIDTH NO-BREAK",
    ),
    case(
        "unicode",
        "homoglyph_status",
        cell(STUDY, 2, "status", "inc\u04cfuded"),
        f"{STUDY}:2:D | mean included?",
    ),
    case(
        "unicode",
        "config_override",
        text(CONFIG, "A clean review", "A \u202e clean review"),
        f"{CONFIG}:2 | U+202E",
    ),
]

SIZE = [
    case("size", "cell", cell(STUDY, 2, "note", "x" * 140_000), f"{STUDY}:2 | at most 131072"),
    case("size", "id", cell(ARMS, 2, "arm_id", "d" * 10_000), f"{ARMS}:2:A | at most 64"),
    case(
        "size",
        "columns",
        bytes_of(ARMS, lambda c: c.replace(b"\n", b"," * 20_000 + b"x\n", 1)),
        f"{ARMS}:1:ACOO | remarks in note",
        f"{ARMS}:2:J | cells",
        f"{ARMS}:3:J | cells",
    ),
    case("size", "digits", cell(RESULTS, 2, "events", "1" * 5000), f"{EVENTS} | too large"),
    case("size", "config", bytes_of(CONFIG, lambda c: c + b"#" * 1_000_001), f"{CONFIG} | at most"),
    case("size", "brackets", replace(CONFIG, b"review: " + b"[" * 200_000), f"{CONFIG}:1 | levels"),
]

INJECTION = [
    case("injection", "shell_arm", cell(ARMS, 2, "arm_id", "$(reboot)"), f"{ARMS}:2:A | {ID}"),
    case(
        "injection",
        "markup_outcome",
        cell(RESULTS, 10, "outcome", "<b>harm</b>"),
        f"{RESULTS}:10:A | {ID}",
    ),
    case(
        "injection", "formula_number", cell(RESULTS, 2, "events", "=CMD()"), f"{EVENTS} | formula"
    ),
    case(
        "injection",
        "path_source",
        cell(SOURCES, 3, "source_id", "../table2"),
        f"{SOURCES}:3:A | {ID}",
    ),
    case(
        "injection",
        "wildcard_outcome",
        cell(RESULTS, 10, "outcome", "{study}"),
        f"{RESULTS}:10:A | {ID}",
    ),
    case(
        "injection",
        "newline_outcome",
        cell(RESULTS, 10, "outcome", "harm\nrm"),
        f"{RESULTS}:10:A | {ID}",
    ),
    case(
        "injection",
        "python_tag",
        text(CONFIG, "A clean review", "!!python/object/apply:os.system [ls]"),
        f"{CONFIG}:2 | no tag",
    ),
    case(
        "injection",
        "config_outcome_id",
        text(CONFIG, "  pain: {", '  "../pain": {'),
        f"{CONFIG}:36 | {ID}",
    ),
    case(
        "injection",
        "folder_id",
        rename("trials/beta2005/arms.csv", "trials/be ta/arms.csv"),
        "trials/be ta | be_ta",
        "trials/beta2005/arms.csv | a file",
    ),
    *(
        case(
            "injection",
            f"folder_{name}_of_windows",
            rename("trials/beta2005/arms.csv", f"trials/{name}/arms.csv"),
            f"trials/{name} | write {name}_1",
            "trials/beta2005/arms.csv | a file",
        )
        for name in ("con", "aux", "nul", "prn", "com1", "lpt9")
    ),
]

PROVENANCE = [
    case(
        "provenance",
        "none",
        cell(RESULTS, 2, "provenance", ""),
        f"{RESULTS}:2:Q | fill in the cell",
    ),
    case(
        "provenance",
        "no_source",
        cell(RESULTS, 2, "source_id", ""),
        f"{RESULTS}:2:R | as the row has a number",
    ),
    case(
        "provenance",
        "no_number",
        cell(RESULTS, 10, "events", ""),
        f"{RESULTS}:10:Q | write missing in provenance",
    ),
    case(
        "provenance",
        "missing_with_number",
        cell(RESULTS, 9, "events", "3"),
        f"{RESULTS}:9:F | provenance is missing",
    ),
    case(
        "provenance",
        "missing_with_percent",
        cell(RESULTS, 9, "reported_percent", "3"),
        f"{RESULTS}:9:J | provenance is missing",
    ),
    case(
        "provenance",
        "missing_with_bound",
        cell(RESULTS, 9, "events_high", "3"),
        f"{RESULTS}:9:I | provenance is missing",
    ),
    case(
        "provenance",
        "missing_unexplained",
        cell(RESULTS, 9, "note", " "),
        f"{RESULTS}:9:S | what was looked for",
    ),
    case(
        "provenance",
        "count_off_percentage",
        (cell(RESULTS, 2, "events", "28"), cell(RESULTS, 2, "events_high", "28")),
        f"{RESULTS}:2:F | 27: of 42",
    ),
    case(
        "provenance",
        "percentage_of_no_count",
        cell(RESULTS, 3, "reported_percent", "20"),
        f"{RESULTS}:3:F | no count of 12 rounds to 20 %",
    ),
    case(
        "provenance",
        "decimals_matter",
        cell(RESULTS, 2, "reported_percent", "64.0"),
        f"{RESULTS}:2:F | no count of 42",
    ),
    case(
        "provenance",
        "low_too_low",
        cell(BETA_RESULTS, 2, "events_low", "93"),
        f"{BETA_RESULTS}:2:H | write 94",
    ),
    case(
        "provenance",
        "high_too_low",
        cell(BETA_RESULTS, 2, "events_high", "95"),
        f"{BETA_RESULTS}:2:I | write 96",
    ),
    case(
        "provenance",
        "source_without_reference",
        cell(SOURCES, 2, "reference", ""),
        f"{SOURCES}:2:B | fill in the cell",
    ),
    case(
        "provenance",
        "claim_without_quote",
        cell(CLAIMS, 2, "quote", ""),
        f"{CLAIMS}:2:D | fill in the cell",
    ),
]

READING = [
    case(
        "reading",
        "without_primary",
        cell(RESULTS, 10, "reading", "other"),
        f"{RESULTS}:10:C | a primary reading",
    ),
    case(
        "reading",
        "other_week",
        cell(RESULTS, 6, "reading", "late"),
        f"{RESULTS}:6:C | a primary reading",
        f"{CONFIG}:38 | a reading of this outcome",
    ),
    case(
        "reading",
        "bad_id",
        cell(RESULTS, 7, "reading", "All randomised"),
        f"{RESULTS}:7:C | write all_randomised",
    ),
]

BIBLIOGRAPHY = [
    case(
        "bibliography",
        "unclosed",
        bytes_of(BIB, lambda c: c + b"@book{c, title = {T\n"),
        f"{BIB}:9 | close what opens",
    ),
    case("bibliography", "no_comma", text(BIB, "others},", "others}"), f"{BIB}:4 | missing comma"),
    case("bibliography", "no_value", text(BIB, "= {Trial}", "="), f"{BIB}:4 | a value in braces"),
    case("bibliography", "no_key", text(BIB, "{alpha,", "{,"), f"{BIB}:2 | the key"),
    case(
        "bibliography",
        "command",
        text(BIB, "{Trial}", r"{\foo Trial}"),
        f"{BIB}:2 | the character itself",
    ),
]

NESTED_CONFIG = text(CONFIG, "data: data", "data: data\nnested: [[harm, death, response]]")

NESTED = [
    case(
        "nested",
        "narrower_above_wider",
        (NESTED_CONFIG, cell(RESULTS, 10, "events", "3")),
        f"{RESULTS}:10:F | at most 2, the events of response (cell 3:F)",
    ),
    case(
        "nested",
        "next_to_next",
        (
            NESTED_CONFIG,
            row(RESULTS, "death,24,,placebo,,1,12,,,,,,,,,,external,table2,"),
            cell(RESULTS, 10, "events", "3"),
        ),
        f"{RESULTS}:10:F | at most 1, the events of death (cell 11:F)",
    ),
    case(
        "nested",
        "both_too_many",
        (
            NESTED_CONFIG,
            row(RESULTS, "death,24,,placebo,,4,12,,,,,,,,,,external,table2,"),
            cell(RESULTS, 10, "events", "5"),
        ),
        f"{RESULTS}:10:F | at most 4, the events of death",
        f"{RESULTS}:11:F | at most 2, the events of response",
    ),
    case(
        "nested",
        "above_total_is_told_once",
        (NESTED_CONFIG, cell(RESULTS, 10, "events", "13")),
        f"{RESULTS}:10:F | at most the total",
    ),
    case(
        "nested",
        "wider_at_fault",
        (NESTED_CONFIG, cell(RESULTS, 3, "events", "-2")),
        f"{RESULTS}:3:F | never negative",
    ),
    case(
        "nested",
        "in_another_trial",
        (NESTED_CONFIG, cell(BETA_RESULTS, 5, "events", "56")),
        f"{BETA_RESULTS}:5:F | at most 55",
    ),
]

FILES = [
    case(
        "files",
        "workbook_beside",
        rename(RESULTS, RESULTS.replace(".csv", ".ods")),
        "trials/alpha2001/results.ods | save it as CSV",
    ),
    case(
        "files",
        "capital",
        rename(SOURCES, SOURCES.replace("sources", "Sources")),
        "trials/alpha2001/Sources.csv | did you mean sources.csv?",
    ),
    case("files", "none", rename(SOURCES, ""), f"{SOURCES} | a file of this name"),
    case(
        "files",
        "stranger",
        replace("trials/alpha2001/outcomes.csv", b"a,b\n"),
        "trials/alpha2001/outcomes.csv | only study.csv, arms.csv",
    ),
]


def entry(line: str) -> Change:
    """A changelog with a good entry and then this one."""
    header = "date,version,scope,item,row,kind,reason,who\n"
    good = "2026-01-31,1.0.0,review,,,first_version,First version.,\n"
    return replace(CHANGELOG, f"{header}{good}{line}\n".encode())


CHANGELOGS = [
    case(
        "changelog",
        "no_such_day",
        entry("2026-02-30,1.1.0,trial,beta2005,,added,New trial.,"),
        f"{CHANGELOG}:3:A | a date that the calendar has",
    ),
    case(
        "changelog",
        "date_of_a_spreadsheet",
        entry("30.01.2026,1.1.0,trial,beta2005,,added,New trial.,"),
        f"{CHANGELOG}:3:A | year-month-day",
    ),
    case(
        "changelog",
        "version",
        entry("2026-01-31,1.1,trial,beta2005,,added,New trial.,"),
        f"{CHANGELOG}:3:B | three numbers",
    ),
    case(
        "changelog",
        "scope",
        entry("2026-01-31,1.1.0,trials,beta2005,,added,New trial.,"),
        f"{CHANGELOG}:3:C | mean trial?",
    ),
    case(
        "changelog",
        "trial_without_name",
        entry("2026-01-31,1.1.0,trial,,,added,New trial.,"),
        f"{CHANGELOG}:3:D | which trial",
    ),
    case(
        "changelog",
        "without_reason",
        entry("2026-01-31,1.1.0,trial,beta2005,,added,,"),
        f"{CHANGELOG}:3:G | fill in the cell",
    ),
]

CERTAINTIES = [
    case(
        "certainty",
        "unknown_outcome",
        cell(CERTAINTY, 2, "outcome", "response"),
        f"{CERTAINTY}:2:A | an outcome under outcomes in config.yaml",
    ),
    case(
        "certainty",
        "outcome_of_a_reading",
        cell(CERTAINTY, 2, "outcome", "response_randomised"),
        f"{CERTAINTY}:2:A | that has no sensitivity_of",
    ),
    case(
        "certainty",
        "unknown_domain",
        cell(CERTAINTY, 2, "domain", "impresision"),
        f"{CERTAINTY}:2:B | did you mean imprecision?",
    ),
    case(
        "certainty",
        "domain_twice",
        row(CERTAINTY, "response_w24,imprecision,-2,again,panel,"),
        f"{CERTAINTY}:4:A | row 2 has outcome response_w24, domain imprecision too",
    ),
    case("certainty", "no_reason", cell(CERTAINTY, 2, "reason", ""), f"{CERTAINTY}:2:D | fill in"),
    case("certainty", "no_judge", cell(CERTAINTY, 2, "judge", ""), f"{CERTAINTY}:2:E | fill in"),
    case(
        "certainty",
        "three_levels",
        cell(CERTAINTY, 2, "rating", "-3"),
        f"{CERTAINTY}:2:C | at least -2",
    ),
    case(
        "certainty", "half_a_level", cell(CERTAINTY, 2, "rating", "-0.5"), f"{CERTAINTY}:2:C | -1"
    ),
    case(
        "certainty",
        "plus_sign",
        cell(CERTAINTY, 3, "rating", "+1"),
        f"{CERTAINTY}:3:C | remove the plus sign",
    ),
    case(
        "certainty",
        "word",
        cell(CERTAINTY, 2, "rating", "serious"),
        f"{CERTAINTY}:2:C | whole number",
    ),
    case(
        "certainty",
        "typographic_minus",
        cell(CERTAINTY, 2, "rating", "\u22121"),
        f"{CERTAINTY}:2:C | the hyphen of the keyboard",
    ),
    case(
        "certainty",
        "raised_by_a_lowering_domain",
        cell(CERTAINTY, 2, "rating", "1"),
        f"{CERTAINTY}:2:C | as imprecision lowers certainty",
    ),
    case(
        "certainty",
        "lowered_by_a_raising_domain",
        cell(CERTAINTY, 3, "rating", "-1"),
        f"{CERTAINTY}:3:C | as large_effect raises certainty",
    ),
    case(
        "certainty",
        "reference",
        cell(CERTAINTY, 3, "reference", "alhpa"),
        f"{CERTAINTY}:3:F | mean alpha?",
    ),
    case("certainty", "empty", replace(CERTAINTY, b""), f"{CERTAINTY} | the file is empty"),
    case(
        "certainty",
        "missing_column",
        drop(CERTAINTY, "judge"),
        f"{CERTAINTY}:1 | a column judge",
    ),
]

SEARCHES = [
    case("search", "part", cell(SEARCH, 2, "part", "sources"), f"{SEARCH}:2:A | mean source?"),
    case("search", "no_text", cell(SEARCH, 3, "text", ""), f"{SEARCH}:3:C | fill in the cell"),
    case(
        "search",
        "term_without_concept",
        cell(SEARCH, 3, "concept", ""),
        f"{SEARCH}:3:B | the part of the question",
    ),
    case(
        "search",
        "term_twice",
        row(SEARCH, "term,population,rheumatoid arthritis,,"),
        f"{SEARCH}:5:A | row 3 has part term",
    ),
    case(
        "search",
        "reference",
        cell(SEARCH, 2, "reference", "btea"),
        f"{SEARCH}:2:D | mean beta?",
    ),
]

COVARIATE = [
    case(
        "covariate",
        "other_unit",
        cell(BETA_COVARIATES, 2, "unit", "months"),
        f"{BETA_COVARIATES}:2:C | years, as in {COVARIATES}",
    ),
    case(
        "covariate",
        "twice",
        row(COVARIATES, "age,53,years,table1,"),
        f"{COVARIATES}:3:A | row 2 has covariate age too",
    ),
    case(
        "covariate",
        "name_of_another_table",
        row(COVARIATES, "year,2001,,table1,"),
        f"{COVARIATES}:3:A | which other tables have",
    ),
    case(
        "covariate",
        "no_source",
        cell(COVARIATES, 2, "source_id", ""),
        f"{COVARIATES}:2:D | fill in the cell",
    ),
    case(
        "covariate",
        "unknown_source",
        cell(COVARIATES, 2, "source_id", "table11"),
        f"{COVARIATES}:2:D | did you mean table1?",
    ),
    case(
        "covariate",
        "decimal_comma",
        cell(COVARIATES, 2, "value", "52,5"),
        f"{COVARIATES}:2:B | a point as decimal mark",
    ),
    case(
        "covariate",
        "value_in_words",
        cell(COVARIATES, 2, "value", "about 50"),
        f"{COVARIATES}:2:B | words about the number belong in note",
    ),
]

FLOWS = [
    case(
        "flow", "unknown_box", cell(FLOW, 4, "box", "duplicate"), f"{FLOW}:4:A | mean duplicates?"
    ),
    case("flow", "box_twice", row(FLOW, "screened,,100,beta,,,"), f"{FLOW}:12:A | row 7 has box"),
    case("flow", "no_source", cell(FLOW, 2, "reference", ""), f"{FLOW}:2:D | a source"),
    case(
        "flow",
        "unknown_reference",
        cell(FLOW, 2, "reference", "betta"),
        f"{FLOW}:2:D | did you mean beta?",
    ),
    case("flow", "about", cell(FLOW, 2, "count", "~120"), f"{FLOW}:2:C | only an exact value"),
    case("flow", "negative", cell(FLOW, 4, "count", "-20"), f"{FLOW}:4:C | never negative"),
    case(
        "flow",
        "sum",
        cell(FLOW, 7, "count", "101"),
        f"{FLOW}:7:C | 100, which follows from databases, registers, duplicates",
    ),
    case(
        "flow",
        "reasons",
        cell(FLOW, 10, "count", "3"),
        f"{FLOW}:11:C | 7, which follows from Wrong comparator and No outcome",
    ),
]
