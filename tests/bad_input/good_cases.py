"""Files that look odd but are in order, and pass."""

import csv
import io

from .cases import case
from .claim_cases import GOOD, claims
from .review import (
    ARMS,
    BETA_ARMS,
    BETA_RESULTS,
    BIAS,
    BIB,
    CERTAINTY,
    CLAIMS,
    CONFIG,
    RESULTS,
    SOURCES,
    STUDY,
    Change,
    Files,
    bytes_of,
    cell,
    column,
    rename,
    replace,
    text,
)


def every_file(*endings: str, rewrite) -> Change:
    def change(files: Files) -> None:
        for name, content in files.items():
            if name.endswith(endings):
                files[name] = rewrite(content)

    return change


def reordered(file: str) -> Change:
    """The columns in the opposite order."""

    def change(files: Files) -> None:
        out = io.StringIO()
        records = csv.reader(io.StringIO(files[file].decode(), newline=""))
        csv.writer(out, lineterminator="\n").writerows(record[::-1] for record in records)
        files[file] = out.getvalue().encode()

    return change


def quoted(file: str) -> Change:
    def change(files: Files) -> None:
        out = io.StringIO()
        records = csv.reader(io.StringIO(files[file].decode(), newline=""))
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(records)
        files[file] = out.getvalue().encode()

    return change


SAME = [
    case("form", "mark", every_file(".csv", rewrite=lambda c: b"\xef\xbb\xbf" + c)),
    case("form", "mark_in_all", every_file("", rewrite=lambda c: b"\xef\xbb\xbf" + c)),
    case("form", "crlf", every_file(".csv", rewrite=lambda c: c.replace(b"\n", b"\r\n"))),
    case("form", "crlf_in_all", every_file("", rewrite=lambda c: c.replace(b"\n", b"\r\n"))),
    case("form", "cr", every_file(".csv", rewrite=lambda c: c.replace(b"\n", b"\r"))),
    case("form", "no_last_line_end", every_file(".csv", rewrite=lambda c: c.rstrip(b"\n"))),
    case("form", "blank_lines_below", every_file(".csv", rewrite=lambda c: c + b"\n\n\n")),
    case("form", "blank_rows_below", bytes_of(RESULTS, lambda c: c + b"," * 18 + b"\n")),
    case("form", "rows_of_blanks_below", bytes_of(ARMS, lambda c: c + b" , ,,,,,,,\n")),
    case("form", "nameless_empty_columns", column(ARMS, "", "")),
    case("form", "all_quoted", quoted(RESULTS)),
    case("form", "columns_reordered", reordered(RESULTS)),
    case("form", "arms_columns_reordered", reordered(ARMS)),
    case("form", "claims_columns_reordered", reordered(CLAIMS)),
    case("form", "extra_note_column", column(SOURCES, "note", "a remark")),
    case("form", "extra_note_in_bias", column(BIAS, "note", "a remark, with = signs")),
    case("number", "decimals_kept", cell(RESULTS, 4, "mean", "31.50")),
    case("files", "template", replace("trials/_template/study.csv", b"\xff broken")),
    case("files", "hidden_folder", replace("trials/.git/study.csv", b"\xff broken")),
    case("files", "loose_file", replace("trials/README.md", b"# Trials")),
    case("files", "paper", replace("trials/alpha2001/paper.pdf", b"%PDF \xff")),
    case("files", "lock_of_a_spreadsheet", replace("trials/alpha2001/.~lock.arms.csv#", b"x")),
    case("files", "macos_shadow", replace("trials/alpha2001/._arms.csv", b"\0\5")),
    case("files", "temporary_copy", replace("trials/alpha2001/~$arms.csv", b"\0")),
    case("config", "remarks", bytes_of(CONFIG, lambda c: b"# a remark\n" + c)),
    case("config", "quotes", text(CONFIG, "version: 1.0.0", "version: '1.0.0'")),
    case("config", "document_start", bytes_of(CONFIG, lambda c: b"---\n" + c)),
    case("config", "languages_left_out", text(CONFIG, "  languages: [en]\n", "")),
    case(
        "config",
        "model_left_out",
        text(CONFIG, "label: Random effects, model: random,", "label: Random effects,"),
    ),
]

OTHER = [
    case("judgement", "none_with_a_reason", cell(BIAS, 2, "judgement", "")),
    case("claim", "every_kind", claims(*({"kind": k, **cells} for k, cells in GOOD.items()))),
    case("text", "non_latin_label", cell(STUDY, 2, "label", "Бао и соавт. 2001")),
    case("text", "chinese", cell(STUDY, 2, "population", "类风湿关节炎")),
    case("text", "hebrew_with_mark", cell(STUDY, 2, "note", "\u200fשלום\u200f")),
    case("text", "persian_joiner", cell(STUDY, 2, "note", "می\u200cخواهم")),
    case("text", "emoji", cell(STUDY, 2, "note", "👍🏽")),
    case("text", "quoted_line_break", cell(SOURCES, 2, "quote", "27 of 42\n(64 %)")),
    case("text", "quoted_crlf", cell(SOURCES, 2, "quote", "27 of 42\r\n(64 %)")),
    case("text", "apostrophes", cell(STUDY, 2, "label", "O'Neil “2001”")),
    case("text", "script", cell(STUDY, 2, "label", "<script>alert(1)</script>")),
    case("text", "formula", cell(STUDY, 2, "label", '=HYPERLINK("x")')),
    case("text", "maths", cell(STUDY, 2, "label", r"$\badcmd{x}$")),
    case("text", "template", cell(STUDY, 2, "label", "{{7*7}}")),
    case("text", "path", cell(STUDY, 2, "label", "../../x")),
    case("text", "shell", cell(STUDY, 2, "label", "; touch x")),
    case("text", "typst", cell(STUDY, 2, "label", '#read("/etc/passwd")')),
    case("text", "edge_blanks_in_prose", cell(SOURCES, 2, "quote", " 27 of 42 ")),
    case("text", "NA_as_label", cell(STUDY, 2, "label", "NA")),
    case("text", "soft_hyphen_in_prose", cell(SOURCES, 2, "quote", "rheu\u00admatoid")),
    case("text", "decomposed_accents", cell(STUDY, 2, "label", "Mu\u0308ller 2001")),
    case("number", "zero", cell(RESULTS, 10, "events", "0")),
    case(
        "number",
        "small_se",
        (
            cell(RESULTS, 6, "estimate", "-0.22"),
            cell(RESULTS, 6, "se", "0.00001"),
            cell(RESULTS, 6, "ci_low", ""),
            cell(RESULTS, 6, "ci_high", ""),
        ),
    ),
    case(
        "number",
        "tie_rounded_up",
        (
            cell(BETA_RESULTS, 4, "events", "5"),
            cell(BETA_RESULTS, 4, "total", "200"),
            cell(BETA_RESULTS, 4, "reported_percent", "3"),
        ),
    ),
    case(
        "number",
        "tie_rounded_down",
        (
            cell(BETA_RESULTS, 4, "events", "5"),
            cell(BETA_RESULTS, 4, "total", "200"),
            cell(BETA_RESULTS, 4, "reported_percent", "2"),
        ),
    ),
    case(
        "nested",
        "equal_or_not_stated",
        (
            text(CONFIG, "data: data", "data: data\nnested: [[harm, death, response]]"),
            cell(RESULTS, 10, "events", "2"),
        ),
    ),
    case(
        "nested",
        "another_reading_may_be_less",
        (
            text(CONFIG, "data: data", "data: data\nnested: [[harm, response]]"),
            cell(RESULTS, 8, "events", "1"),
            *(cell(RESULTS, 8, name, "1") for name in ("events_low", "events_high")),
            cell(RESULTS, 8, "reported_percent", "8"),
            cell(RESULTS, 10, "events", "2"),
        ),
    ),
    case("protocol", "weeks", text(CONFIG, "data: data", "data: data\nweeks: [12, 24]")),
    case("protocol", "authors", text(CONFIG, "[en]", "[en]\n  authors: [Paweł Ł, B. Beta]")),
    case("number", "blank_year", cell(STUDY, 2, "year", "")),
    case("status", "excluded", cell("trials/beta2005/study.csv", 2, "status", "excluded")),
    case(
        "status",
        "ongoing_without_arms",
        (
            cell("trials/beta2005/study.csv", 2, "status", "ongoing"),
            bytes_of(BETA_ARMS, lambda c: c.split(b"\n")[0] + b"\n"),
            bytes_of(BETA_RESULTS, lambda c: c.split(b"\n")[0] + b"\n"),
        ),
    ),
    case("files", "no_claims", rename(CLAIMS, "")),
    case("files", "no_certainty", rename(CERTAINTY, "")),
    case("files", "no_bias", rename(BIAS, "")),
    case(
        "bibliography",
        "parentheses_in_remarks",
        bytes_of(BIB, lambda c: b"(c) someone @ home\n" + c),
    ),
    case(
        "bibliography",
        "strings",
        bytes_of(BIB, lambda c: b"@string{j = {Journal}}\n@comment{x}\n" + c),
    ),
]
