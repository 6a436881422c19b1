"""Reviews with several faults at once: all of them are told, and nothing else."""

from .cases import Case
from .review import (
    ARMS,
    BETA_ARMS,
    BETA_RESULTS,
    BETA_SOURCES,
    BETA_STUDY,
    BIAS,
    BIB,
    CLAIMS,
    CONFIG,
    RESULTS,
    SOURCES,
    STUDY,
    Change,
    bytes_of,
    cell,
    column,
    drop,
    rename,
    row,
    text,
)


def several(name: str, *changes_and_faults: Change | str) -> Case:
    changes = tuple(item for item in changes_and_faults if not isinstance(item, str))
    faults = tuple(item for item in changes_and_faults if isinstance(item, str))
    return Case("several", name, changes, faults)


def broken(content: bytes) -> bytes:
    return content + b"\xff"


SEVERAL = [
    several(
        "one_row",
        cell(RESULTS, 10, "events", "1.5"),
        f"{RESULTS}:10:F | decimals",
        cell(RESULTS, 10, "total", "012"),
        f"{RESULTS}:10:G | zeros",
        cell(RESULTS, 10, "source_id", "table9"),
        f"{RESULTS}:10:R | source_id",
        cell(RESULTS, 10, "provenance", "extern"),
        f"{RESULTS}:10:Q | external?",
    ),
    several(
        "one_column",
        *(cell(RESULTS, number, "provenance", "") for number in range(2, 11)),
        *(f"{RESULTS}:{number}:Q | fill in" for number in range(2, 11)),
    ),
    several(
        "every_table",
        cell(STUDY, 2, "year", "2OO1"),
        f"{STUDY}:2:B | a letter",
        cell(ARMS, 2, "role", "active"),
        f"{ARMS}:2:B | one of",
        cell(RESULTS, 2, "week", "24 weeks"),
        f"{RESULTS}:2:B | words",
        cell(SOURCES, 2, "reference", "delta"),
        f"{SOURCES}:2:B | references.bib",
        cell(BIAS, 3, "judgement", ""),
        f"{BIAS}:3:D | in support the reason",
        cell(CLAIMS, 2, "ci_high", "14,01"),
        f"{CLAIMS}:2:L | decimal mark",
    ),
    several(
        "both_trials",
        cell(RESULTS, 3, "events", "20"),
        f"{RESULTS}:3:F | at most the total",
        cell(BETA_RESULTS, 2, "events", "260"),
        f"{BETA_RESULTS}:2:F | at most the total",
    ),
    several(
        "tables_and_config",
        text(CONFIG, "model: MH}", "model: MHH}"),
        f"{CONFIG}:14 | mean MH?",
        text(CONFIG, "multi_arm", "multi_arms"),
        f"{CONFIG}:10 | multi_arm?",
        cell(STUDY, 2, "label", ""),
        f"{STUDY}:2:A | fill in",
    ),
    several(
        "config_traps_and_schema",
        text(CONFIG, "[en]", "[no]"),
        f'{CONFIG}:5 | "no"',
        text(CONFIG, "version: 1.0.0", "version: 1.0"),
        f"{CONFIG}:3 | three numbers",
        text(CONFIG, "data: data", "data: data\ntext: 12:30"),
        f"{CONFIG}:7 | base 60",
    ),
    several(
        "unreadable_config_and_tables",
        text(CONFIG, "[en]", "[en"),
        f"{CONFIG}:6 | close the bracket",
    ),
    several(
        "config_against_tables",
        text(CONFIG, "intervention: [drug]", "intervention: [drog]"),
        f"{CONFIG}:8 | mean drug?",
        text(CONFIG, "{label: Pain, outcome: pain", "{label: Pain, outcome: pian"),
        f"{CONFIG}:36 | mean pain?",
        text(CONFIG, "reading: randomised", "reading: randomisd"),
        f"{CONFIG}:30 | randomised?",
    ),
    several(
        "arm_id_hides_references",
        cell(ARMS, 2, "arm_id", "Drug"),
        f"{ARMS}:2:A | write drug",
        cell(RESULTS, 10, "events", "-1"),
        f"{RESULTS}:10:F | never negative",
    ),
    several(
        "arms_unreadable",
        bytes_of(ARMS, broken),
        f"{ARMS}:4 | UTF-8",
        cell(RESULTS, 10, "source_id", "table9"),
        f"{RESULTS}:10:R | source_id",
    ),
    several(
        "sources_unreadable",
        bytes_of(SOURCES, broken),
        f"{SOURCES}:4 | UTF-8",
        cell(RESULTS, 10, "arm_id", "plcebo"),
        f"{RESULTS}:10:D | placebo?",
    ),
    several(
        "results_unreadable",
        bytes_of(RESULTS, broken),
        f"{RESULTS}:11 | UTF-8",
        bytes_of(BETA_RESULTS, broken),
        f"{BETA_RESULTS}:6 | UTF-8",
    ),
    several(
        "bibliography_unreadable",
        bytes_of(BIB, broken),
        f"{BIB}:9 | UTF-8",
        cell(STUDY, 2, "reference", "unknown"),
        cell(STUDY, 2, "status", ""),
        f"{STUDY}:2:D | fill in",
    ),
    several(
        "columns",
        drop(RESULTS, "provenance"),
        f"{RESULTS}:1 | a column provenance",
        text(RESULTS, "source_id", "source"),
        f"{RESULTS}:1:Q | source_id?",
        column(RESULTS, "comment", ""),
        f"{RESULTS}:1:S | remarks in note",
    ),
    several(
        "displaced_rows",
        text(RESULTS, "pain,24,,drug,", "pain,24,,drug,,"),
        f"{RESULTS}:4:T | 20",
        text(RESULTS, "harm,24,,placebo,,", "harm,24,,placebo,"),
        f"{RESULTS}:10:S | 18",
        cell(BETA_RESULTS, 5, "events", "8.0"),
        f"{BETA_RESULTS}:5:F | without decimals",
    ),
    several(
        "unclosed_quote_hides_what_follows",
        text(SOURCES, '"27 of 42, ""as treated"""', '"27 of 42'),
        f"{SOURCES}:2 | close",
        cell(RESULTS, 10, "source_id", "table9"),
        cell(RESULTS, 10, "total", "0"),
        f"{RESULTS}:10:G | at least 1",
    ),
    several(
        "missing_files",
        rename(ARMS, ""),
        f"{ARMS} | a file of this name",
        rename(BETA_SOURCES, ""),
        f"{BETA_SOURCES} | a file of this name",
    ),
    several(
        "misnamed_files",
        rename(ARMS, "trials/alpha2001/arm.csv"),
        "trials/alpha2001/arm.csv | arms.csv?",
        rename(BIAS, "trials/alpha2001/risk-of-bias.csv"),
        "trials/alpha2001/risk-of-bias.csv | risk_of_bias.csv?",
    ),
    several(
        "misnamed_folders",
        rename(BETA_STUDY, "trials/Beta2005/study.csv"),
        "trials/Beta2005 | beta2005",
        rename(BETA_RESULTS, "trials/2005beta/results.csv"),
        "trials/2005beta | short name",
        f"{BETA_STUDY} | a file of this name",
        f"{BETA_RESULTS} | a file of this name",
    ),
    several(
        "keys",
        row(RESULTS, "harm,24,,placebo,,1,12,,,,,,,,,,external,table2,"),
        f"{RESULTS}:11:A | row 10",
        row(ARMS, "placebo,control,Again,placebo,,,,,"),
        f"{ARMS}:4:A | row 3",
        row(SOURCES, "table2,alpha,,"),
        f"{SOURCES}:4:A | row 3",
        cell(BETA_STUDY, 2, "label", "alpha 2001"),
        f"{BETA_STUDY}:2:A | no other study",
    ),
    several(
        "twenty_counts",
        *(
            cell(BETA_RESULTS, number, column_, "x")
            for number in (2, 3, 4, 5)
            for column_ in ("week", "events", "total", "mean", "sd")
        ),
        *(
            f"{BETA_RESULTS}:{number}:{letter} | write digits"
            for number in (2, 3, 4, 5)
            for letter in "BFGKL"
        ),
    ),
    several(
        "contrast",
        cell(RESULTS, 6, "mean", "4"),
        f"{RESULTS}:6:K | of two arms",
        cell(RESULTS, 6, "ci_high", ""),
        f"{RESULTS}:6:P | both limits",
    ),
    several(
        "percentages",
        cell(RESULTS, 2, "reported_percent", "90"),
        f"{RESULTS}:2:F | rounds to 90 %",
        cell(BETA_RESULTS, 3, "events_low", "50"),
        f"{BETA_RESULTS}:3:H | write 54",
        cell(BETA_RESULTS, 3, "events_high", "60"),
        f"{BETA_RESULTS}:3:I | write 56",
    ),
    several(
        "beta_arms",
        cell(BETA_ARMS, 2, "label", ""),
        f"{BETA_ARMS}:2:C | fill in",
        cell(BETA_ARMS, 3, "role", "intervention"),
        f"{BETA_ARMS}:3:B | control, the side",
        cell(BETA_ARMS, 3, "n_randomised", "100"),
        f"{BETA_ARMS}:3:H | a number of patients",
        f"{BETA_RESULTS}:3:G | at most the 100 randomised to arm placebo (row 5 too)",
    ),
]
