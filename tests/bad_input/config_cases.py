"""Configurations that must not pass."""

from .cases import Case, case
from .review import BETA_ARMS, CONFIG, bytes_of, cell, rename, replace, text
from .review import RESULTS as _RESULTS


def config(name: str, old: str, new: str, *faults: str) -> Case:
    return case("config", name, text(CONFIG, old, new), *(f"{CONFIG}:{fault}" for fault in faults))


COMMON = "common: {label: Common effect, model: MH}"

TRAPS = [
    config("norway", "[en]", "[en, no]", '5 | write "no", in quotes'),
    config("yes", "A clean review", "yes", "2 | reads yes as true or false"),
    config("clock", "A clean review", "12:30", "2 | to the base 60"),
    config(
        "octal",
        "    outcome: response\n    week: 24\n    type",
        "    outcome: response\n    week: 024\n    type",
        "20 | write 24",
    ),
    config("date", "A clean review", "2024-01-31", "2 | makes a date"),
    config(
        "underscore",
        "{label: Pain, outcome: pain, week: 24",
        "{label: Pain, outcome: pain, week: 2_4",
        "36 | a plain number",
    ),
    config("hexadecimal", "A clean review", "0x1F", "2 | a plain number"),
    config("infinity", "A clean review", ".inf", "2 | a plain number"),
    config(
        "key_twice", "version: 1.0.0", "title: Again\n  version: 1.0.0", "3 | line 2 has it too"
    ),
    config(
        "outcome_twice", "  harm: {label: Harm", "  pain: {label: Harm", "40 | line 36 has it too"
    ),
    config("outcome_of_windows", "  harm: {label: Harm", "  nul: {label: Harm", "40 | write nul_1"),
    config("boolean_key", "data: data", "data: data\nno: 1", "7 | put the key in quotes"),
    config("number_key", "data: data", "data: data\n24: 1", "7 | put the key in quotes"),
    config("list_key", "data: data", "data: data\n? [a]\n: 1", "7 | write one word"),
    config("anchor", "[en]", "&x [en]", "5 | no anchor"),
    config("alias", "data: data", "data: *x", "6 | no anchor"),
    config("tag", "data: data", "data: !folder data", "6 | no tag"),
    config("trap_in_treatment", "[placebo]", "[no]", '9 | "no"'),
    config("escaped_override", "A clean review", '"A \\u202e review"', "2 | U+202E"),
    config("escaped_nul", "data: data", 'data: "da\\0ta"', "6 | U+0000"),
    config("tab", "  title", "\ttitle", "2 | not with the tabulator"),
    config("colon", "A clean review", "Drug: a review", "2 | put a text that holds a colon"),
    config(
        "unclosed_quote",
        "A clean review",
        '"A clean review',
        "4 | close a quotation mark that opens above",
    ),
    config("unclosed_last_quote", "label: Harm,", 'label: "Harm,', "50 | close the quotation mark"),
    config("unclosed_bracket", "[en]", "[en", "6 | "),
    config("two_documents", "data: data", "---\ndata: data", "6 | remove the line ---"),
    config("indentation", "  version", "   version", "3 | "),
    config("special_character", "A clean review", "@review", "2 | special characters"),
    config("no_blank_after_colon", "title: A", "title:A", "3 | "),
]

SCHEMA = [
    case("config", "empty", replace(CONFIG, b""), f"{CONFIG}:1 | the file is empty"),
    case("config", "only_remarks", replace(CONFIG, b"# a\n"), f"{CONFIG}:1 | the file is empty"),
    case("config", "list", replace(CONFIG, b"- a\n"), f"{CONFIG}:1 | keys with values"),
    case("config", "text", replace(CONFIG, b"a\n"), f"{CONFIG}:1 | keys with values"),
    case("config", "missing", rename(CONFIG, ""), f"{CONFIG} | a file of this name"),
    config("unknown_key", "multi_arm", "multiarm", "10 | did you mean multi_arm?"),
    config("misspelt_required_key", "comparison:", "comparision:", "7 | did you mean comparison?"),
    config("foreign_key", "data: data", "data: data\ncolour: red", "7 | remove it"),
    config("missing_key", "  version: 1.0.0\n", "", "1 | a key version below review"),
    case(
        "config",
        "missing_section",
        bytes_of(CONFIG, lambda c: c[: c.index(b"analyses:")] + c[c.index(b"outcomes:") :]),
        f"{CONFIG}:1 | a key analyses at the left edge",
    ),
    config("version", "1.0.0", "1.10", "3 | three numbers"),
    config("no_date", '  date: "2026-01-31"\n', "", "1 | a key date below review"),
    config(
        "date_without_quotes", '"2026-01-31"', "2026-01-31", '4 | write "2026-01-31", in quotes'
    ),
    config("date_of_no_calendar", "2026-01-31", "2026-02-30", "4 | that the calendar has"),
    config("date_as_printed", "2026-01-31", "31.01.2026", "4 | year-month-day"),
    config("authors_as_text", "[en]", "[en]\n  authors: A. Alpha", "6 | write [A. Alpha]"),
    config("author_twice", "[en]", "[en]\n  authors: [A, A]", "6 | each item once"),
    config(
        "author_details_of_nobody",
        "[en]",
        "[en]\n  authors: [Ann Smith]\n  author_details: [{name: Ann Smit}]",
        "7 | did you mean Ann Smith",
    ),
    config(
        "author_details_twice",
        "[en]",
        "[en]\n  authors: [A]\n  author_details: [{name: A}, {name: A}]",
        "7 | each author once",
    ),
    config(
        "orcid_with_a_slip",
        "[en]",
        "[en]\n  authors: [A]\n  author_details: [{name: A, orcid: 0000-0002-1825-0079}]",
        "7 | check digit",
    ),
    config(
        "correlation_of_one",
        COMMON,
        "common: {label: Common effect, model: three_level, correlation: 1}",
        "14 | below 1",
    ),
    config(
        "correlation_without_clusters",
        COMMON,
        "common: {label: Common effect, model: MH, correlation: 0.5}",
        "14 | which only RVE-CORR, multivariate, three_level have",
    ),
    config(
        "three_levels_by_moments",
        COMMON,
        "common: {label: Common effect, model: three_level, tau2: DL}",
        "14 | is fitted by REML or ML",
    ),
    config(
        "robust_weights_by_wald",
        COMMON,
        "common: {label: Common effect, model: RVE-CORR}",
        "14 | RVE-CORR has CR0, CR1, CR2",
    ),
    config(
        "robust_weights_by_reml",
        COMMON,
        "common: {label: Common effect, model: RVE-CORR, tau2: REML, ci: CR2}",
        "14 | has no tau2 to choose",
    ),
    config(
        "hierarchical_with_a_correlation",
        COMMON,
        "common: {label: Common effect, model: RVE-HIER, ci: CR2, correlation: 0.5}",
        "14 | take sampling errors to be independent",
    ),
    config(
        "structure_without_levels",
        COMMON,
        "common: {label: Common effect, model: multivariate, structure: CS}",
        "14 | list effects of the outcome",
    ),
    config(
        "structure_of_another_model",
        COMMON,
        "common: {label: Common effect, model: three_level, structure: CS}",
        "14 | structure is that of model multivariate",
    ),
    config(
        "neither_structure_nor_crossed",
        COMMON,
        "common: {label: Common effect, model: multivariate}",
        "14 | needs a structure",
    ),
    config(
        "three_levels_by_hksj",
        COMMON,
        "common: {label: Common effect, model: three_level, ci: HKSJ}",
        "14 | three_level has Wald, t, CR0, CR1, CR2",
    ),
    config(
        "several_effects_as_independent",
        "{label: Pain, outcome: pain, week: 24",
        "{label: Pain, outcome: pain, effects: {pain: {week: 24}, harm: {outcome: harm, week: 24}}",
        "37 | RVE-CORR, RVE-HIER, multivariate, three_level do not",
    ),
    config(
        "one_effect_twice",
        "{label: Pain, outcome: pain, week: 24",
        "{label: Pain, outcome: pain, effects: {early: {week: 24}, late: {week: 24}}",
        "36 | whose rows count once",
        "37 | RVE-CORR, RVE-HIER, multivariate, three_level do not",
    ),
    config(
        "robust_of_independent_trials",
        "ci: HKSJ, prediction: t_k-1",
        "ci: CR2, prediction: t_k-1",
        "13 | an interval of the three-level model",
    ),
    config("week_as_number", "data: data", "data: data\nweeks: 24", "7 | write [24]"),
    config("week_in_words", "data: data", "data: data\nweeks: [w24]", "7 | a whole number"),
    config("weeks_below_0", "data: data", "data: data\nweeks: [-1]", "7 | at least 0"),
    config("nest_of_one", "data: data", "data: data\nnested: [[harm]]", "7 | at least 2 entries"),
    config(
        "nest_not_in_a_list",
        "data: data",
        "data: data\nnested: [harm, death]",
        "7 | write [harm]",
        "7 | write [death]",
    ),
    config("nest_of_itself", "data: data", "data: data\nnested: [[harm, harm]]", "7 | each item"),
    config("number_as_text", "A clean review", "2013", "2 | put the value in quotes"),
    config("text_as_list", "[primary, common]", "primary", "41 | write [primary]"),
    config("empty_list", "intervention: [drug]", "intervention: []", "8 | at least one entry"),
    config("no_control", "control: [placebo]", "control: []", "9 | a treatment of the control"),
    case(
        "config",
        "no_outcomes",
        bytes_of(CONFIG, lambda c: c[: c.index(b"outcomes:")] + b"outcomes: {}\n"),
        f"{CONFIG}:16 | at least one entry",
    ),
    config("item_twice", "[primary, common]", "[primary, primary]", "41 | each item once"),
    config("blank_value", "data: data", "data:", "6 | write a value after the colon"),
    config("blank_title", "A clean review", '" "', "2 | text"),
    config("unknown_model", "model: MH", "model: MHH", "14 | did you mean MH?"),
    config("model_by_case", "model: MH", "model: mh", "14 | did you mean MH?"),
    config("method_in_full", "tau2: REML", "tau2: DerSimonian-Laird", "13 | mean DL?"),
    config("measure_in_full", "measure: MD", "measure: mean difference", "36 | mean MD?"),
    config(
        "week_in_quotes",
        "{label: Pain, outcome: pain, week: 24",
        "{label: Pain, outcome: pain, week: '24'",
        "36 | write 24, without quotes",
    ),
    config("unknown_tau2", "tau2: REML", "tau2: reml", "13 | did you mean REML?"),
    config(
        "negative_week",
        "{label: Pain, outcome: pain, week: 24",
        "{label: Pain, outcome: pain, week: -1",
        "36 | at least 0",
    ),
    config(
        "text_week",
        "{label: Pain, outcome: pain, week: 24",
        "{label: Pain, outcome: pain, week: w24",
        "36 | a whole number",
    ),
    config(
        "fraction_week",
        "{label: Pain, outcome: pain, week: 24",
        "{label: Pain, outcome: pain, week: 2.5",
        "36 | a whole number",
    ),
    config("bad_outcome_id", "  pain: {", "  Pain: {", "36 | write pain"),
    config("bad_analysis_id", COMMON, "Common" + COMMON[6:], "14 | write common"),
    config("folder_as_wildcard", "data: data", "data: '{x}'", "6 | without braces"),
    config("windows_folder", "data: data", "data: C:\\data", "6 | correct the value"),
    config(
        "direction",
        "measure: MD, direction: harm",
        "measure: MD, direction: bad",
        "36 | one of benefit, harm",
    ),
    config("language", "[en]", "[english]", "5 | two letters"),
    config(
        "labels_as_text",
        "labels: {intervention: Drug, control: Placebo}",
        "labels: Drug",
        "11 | keys with values",
    ),
]

AGREEMENT = [
    config("language_without_catalogue", "[en]", "[en, xx]", "5 | a catalogue of (en, pl)"),
    config("language_without_prose", "[en]", "[en, pl]", "5 | in a folder data/text/pl"),
    config(
        "unknown_analysis",
        "    analyses: [primary, common, published]",
        "    analyses: [primary, comon, published]",
        "24 | mean common?",
    ),
    config(
        "as_published_elsewhere",
        "as_published: published",
        "as_published: publish",
        "25 | mean published?",
    ),
    config(
        "sensitivity_of_nothing",
        "sensitivity_of: response_w24",
        "sensitivity_of: response",
        "31 | mean response_w24?",
    ),
    config(
        "sensitivity_of_itself",
        "sensitivity_of: response_w24",
        "sensitivity_of: response_randomised",
        "31 | no sensitivity_of itself",
    ),
    config(
        "both_sides",
        "control: [placebo]",
        "control: [placebo, drug]",
        "9 | not on the intervention side",
    ),
    config(
        "impossible",
        "measure: OR, direction: harm,\n    analyses: [primary, common]",
        "measure: ASD, direction: harm,\n    analyses: [primary, common]",
        "41 | an analysis that is possible",
    ),
    config(
        "nests_contradict",
        "data: data",
        "data: data\nnested: [[harm, death, response], [response, harm]]",
        "7 | harm stands before response in another list",
    ),
    config(
        "week_off_protocol",
        "data: data",
        "data: data\nweeks: [12]",
        *(f"{line} | one of weeks (12)" for line in (21, 30, 37, 39, 41)),
    ),
    config("wrong_measure", "measure: MD", "measure: RR", "37 | an analysis that is possible"),
    config(
        "clash_for_all", "model: MH}", "model: MH, tau2: DL}", "14 | an analysis that is possible"
    ),
]

TABLES = [
    config(
        "unknown_outcome",
        "{label: Harm, outcome: harm",
        "{label: Harm, outcome: harms",
        "40 | mean harm?",
    ),
    config(
        "unknown_week",
        "{label: Harm, outcome: harm, week: 24",
        "{label: Harm, outcome: harm, week: 12",
        "40 | (24)",
    ),
    config(
        "no_week",
        "{label: Harm, outcome: harm, week: 24",
        "{label: Harm, outcome: harm",
        "40 | (24)",
    ),
    config(
        "unknown_reading", "reading: randomised", "reading: randomized", "30 | mean randomised?"
    ),
    config("unknown_treatment", "intervention: [drug]", "intervention: [drugs]", "8 | mean drug?"),
    config(
        "unknown_control",
        "control: [placebo]",
        "control: [placebo, nothing]",
        "9 | a treatment of some arms.csv",
    ),
    config(
        "no_prose", "data: data", "data: data\ntext: txt", "7 | the folder of the review's prose"
    ),
    config(
        "nest_turned_round",
        "data: data",
        "data: data\nnested: [[response, harm]]",
        "7 | from the narrowest outcome to the widest",
    ),
    config(
        "unknown_nested_outcome",
        "data: data",
        "data: data\nnested: [[harms, response]]",
        "7 | mean harm?",
    ),
    config("no_folder", "data: data", "data: elsewhere", "6 | the folder of the raw tables"),
    case(
        "config",
        "only_missing_numbers",
        (
            cell(_RESULTS, 4, "provenance", "missing"),
            cell(_RESULTS, 5, "provenance", "missing"),
            *(cell(_RESULTS, row, column, "") for row in (4, 5) for column in ("mean", "sd")),
            *(cell(_RESULTS, row, "note", "Not stated.") for row in (4, 5)),
        ),
        f"{CONFIG}:36 | with numbers",
    ),
    case(
        "config",
        "only_excluded",
        (bytes_of("trials/alpha2001/study.csv", lambda c: c.replace(b"included", b"excluded")),),
        f"{CONFIG}:36 | in an included trial",
        f"{CONFIG}:38 | in an included trial",
    ),
]

_SO = "covariate: {"
_AGE, _DRUG = "age: {label: Age}", "drug: {label: Drug, column: treatment}"
MODERATORS = [
    ("without_terms", "label: M", "41 | a key terms"),
    ("unknown_column", "label: M, terms: {ages: {label: Age}}", "41 | did you mean age?"),
    (
        "unknown_column_of_a_name",
        "label: M, terms: {a: {label: Age, column: ag}}",
        "41 | did you mean age?",
    ),
    (
        "tests_of_clusters",
        "label: M, terms: {age: {label: Age}}, tests: CR2",
        "41 | HKSJ, Wald: the outcome’s primary analysis is of model random",
    ),
    (
        "bootstrap_without_clusters",
        "label: M, terms: {age: {label: Age}}, wild_bootstrap: {seed: 1}",
        "41 | permutation: the primary analysis is of model random, without clusters",
    ),
    (
        "scale_and_permutation",
        "label: M, terms: {age: {label: A}}, scale: {age: {label: A}}, permutation: {seed: 1}",
        "41 | no permutation: it would exchange what tau² depends on as well",
    ),
    (
        "scale_of_words",
        "label: M, terms: {age: {label: A}}, scale: {drug: {label: D, column: treatment}}",
        "41 | a number: tau² depends on numbers here",
    ),
    (
        "permutation_without_seed",
        "label: M, terms: {age: {label: Age}}, permutation: {most: 500}",
        "41 | a key seed",
    ),
    (
        "reference_of_a_number",
        "label: M, terms: {age: {label: Age, reference: old}}",
        "41 | is a number, and has no levels",
    ),
    (
        "unknown_reference",
        "label: M, terms: {drug: {label: Drug, column: treatment, reference: drugs}}",
        "41 | did you mean drug?",
    ),
    (
        "reference_of_no_class",
        "label: M, terms: {age: {label: Age, cuts: [40, 50], reference: '<50'}}",
        "41 | a level of the term (40–<50, <40, ≥50)",
    ),
    (
        "reference_of_no_code",
        "label: M, terms: {age: {label: Age, levels: {a: 48, b: 52.5}, reference: c}}",
        "41 | a level of the term (a, b)",
    ),
    (
        "scale_of_a_category",
        "label: M, terms: {drug: {label: Drug, column: treatment, per: 2}}",
        "41 | only a number has this",
    ),
    (
        "classes_of_words",
        "label: M, terms: {drug: {label: Drug, column: treatment, cuts: [1]}}",
        "41 | treatment is in words",
    ),
    (
        "levels_and_classes",
        "label: M, terms: {age: {label: Age, levels: {a: 48, b: 52.5}, cuts: [50]}}",
        "41 | levels are declared",
    ),
    (
        "two_levels_of_a_number",
        "label: M, terms: {age: {label: Age, levels: {a: 48, b: 48, c: 52.5}}}",
        "41 | another number for each level",
    ),
    (
        "knots_out_of_order",
        "label: M, terms: {age: {label: Age, knots: [5, 3, 9]}}",
        "41 | rising order",
    ),
    ("two_knots", "label: M, terms: {age: {label: Age, knots: [3, 9]}}", "41 | at least 3 entries"),
    (
        "centre_in_words",
        "label: M, terms: {age: {label: Age, centre: median}}",
        "41 | mean is the mean",
    ),
    (
        "interaction_of_a_stranger",
        f"label: M, terms: {{{_AGE}}}, interactions: [[age, drug]]",
        "41 | a term of the model (age)",
    ),
    (
        "interaction_twice",
        f"label: M, terms: {{{_AGE}, {_DRUG}}}, interactions: [[age, drug], [drug, age]]",
        "41 | each pair once",
    ),
    (
        "profile_of_a_stranger",
        f"label: M, terms: {{{_AGE}}}, predictions: {{p: {{label: P, at: {{agee: 3}}}}}}",
        "41 | did you mean age?",
    ),
    (
        "level_of_a_number",
        f"label: M, terms: {{{_AGE}}}, predictions: {{p: {{label: P, at: {{age: old}}}}}}",
        "41 | a number",
    ),
    (
        "number_of_a_category",
        f"label: M, terms: {{{_DRUG}}}, predictions: {{p: {{label: P, at: {{drug: 3}}}}}}",
        "41 | a level of the term",
    ),
    (
        "unknown_level",
        f"label: M, terms: {{{_DRUG}}}, predictions: {{p: {{label: P, at: {{drug: drg}}}}}}",
        "41 | did you mean drug?",
    ),
    (
        "contrast_of_the_same",
        f"label: M, terms: {{{_AGE}}},"
        " contrasts: {p: {label: P, at: {age: 3}, against: {age: 3}}}",
        "41 | two profiles that differ",
    ),
]
SUBGROUPS = [
    ("unknown", "subgroup: ages, subgroup_cuts: [50]", "41 | did you mean age?"),
    ("of_a_number", "subgroup: age", "41 | subgroup_cuts or subgroup_levels"),
    ("classes_of_words", "subgroup: treatment, subgroup_cuts: [50]", "41 | treatment is in words"),
    ("classes_of_nothing", "subgroup_cuts: [50]", "41 | there is no subgroup"),
    (
        "classes_and_levels",
        "subgroup: age, subgroup_cuts: [50], subgroup_levels: {a: 48, b: 52.5}",
        "41 | levels are declared",
    ),
    ("cuts_out_of_order", "subgroup: age, subgroup_cuts: [50, 40]", "41 | rising order"),
]
FIGURES = [
    config(
        "few_is_a_word",
        "analyses: [primary, common], cov",
        "few: two, analyses: [primary, common], cov",
        "41 | own policy in place of the review's",
    ),
    *(
        config(
            f"moderators_{name}",
            "covariate: {",
            f"moderators: {{m: {{{model}}}}}, covariate: {{",
            found,
        )
        for name, model, found in MODERATORS
    ),
    *(
        config(
            f"subgroup_{name}", "[primary, common], cov", f"[primary, common], {keys}, cov", found
        )
        for name, keys, found in SUBGROUPS
    ),
    config("unknown_covariate", "name: age", "name: ages", "41 | did you mean age?"),
    config("covariate_without_label", ", label: Mean age (years)", "", "41 | a key label"),
    config("layout", "data: data", "data: data\nfigures: {layout: lancet}", "7 | one of journal"),
    config("dots", "data: data", "data: data\nfigures: {risk_of_bias: some}", "7 | true or false"),
    config(
        "unknown_analysis_in_figures",
        "data: data",
        "data: data\nfigures: {analyses: [comon]}",
        "7 | mean common?",
    ),
    case(
        "config",
        "doses_in_two_units",
        (
            text(CONFIG, "name: age", "name: dose"),
            cell(BETA_ARMS, 2, "dose", "1"),
            cell(BETA_ARMS, 2, "dose_unit", "mg/kg"),
        ),
        f"{CONFIG}:41 | arms.csv has mg/day and mg/kg",
    ),
]

CERTAINTY = [
    config("unknown_finding", "[response_w24, death]", "[response, death]", "43 | under outcomes"),
    config(
        "finding_that_is_a_reading",
        "[response_w24, death]",
        "[response_randomised]",
        "43 | that has no sensitivity_of",
    ),
    config("large_below_one", "large: [0.5, 2]", "large: [0.5, 0.9]", "44 | above 1"),
    config("large_alone", "large: [0.5, 2]", "large: [0.5]", "44 | at least 2 entries"),
    config("large_of_three", "large: [0.5, 2]", "large: [0.5, 2, 3]", "44 | at most 2 entries"),
    config("large_in_words", "large: [0.5, 2]", "large: [half, 2]", "44 | a number"),
    config("important_zero", "[0.75, 1.25]", "[0, 1.25]", "45 | above 0"),
    config("no_events", "events: 300", "events: 0", "45 | at least 1"),
    config("events_in_words", "events: 300", "events: many", "45 | a whole number"),
    config("misspelt_rule", "imprecision:", "imprecison:", "45 | did you mean imprecision?"),
    config("more_than_all", "[50, 75]", "[50, 750]", "46 | at most 100"),
    config("i2_exchanged", "[50, 75]", "[75, 50]", "46 | exchange the two"),
    config("p_of_one", "p: 0.1}", "p: 1}", "46 | below 1"),
    config("indirect_trial", "beta2005: other", "beta2006: other", "48 | mean beta2005?"),
    config("indirect_outcome", "{death: {rating", "{deaths: {rating", "49 | mean death?"),
    config("indirect_rating", "rating: -1", "rating: 1", "49 | at most 0"),
    config("without_reason", ", reason: a surrogate", "", "49 | a key reason"),
    config(
        "publication_bias_of_five",
        "  large: [0.5, 2]",
        "  large: [0.5, 2]\n  publication_bias: {trials: 5}",
        "45 | at least 10",
    ),
    config(
        "risk_of_bias_rating",
        "  large: [0.5, 2]",
        "  large: [0.5, 2]\n  risk_of_bias: {no_information: -2}",
        "45 | at least -1",
    ),
    config("unknown_start", "  large: [0.5, 2]", "  start: hgih", "44 | did you mean high?"),
]

_SECTION = "data: data"

ROBUSTNESS = [
    config(
        "unknown_choice", _SECTION, f"{_SECTION}\nmultiverse: {{modles: [MH]}}", "7 | mean models?"
    ),
    config(
        "unknown_multiverse_model",
        _SECTION,
        f"{_SECTION}\nmultiverse: {{models: [HM]}}",
        "7 | one of random",
    ),
    config(
        "no_measure",
        _SECTION,
        f"{_SECTION}\nmultiverse: {{measures: []}}",
        "7 | at least one entry",
    ),
    config(
        "tau2_twice", _SECTION, f"{_SECTION}\nmultiverse: {{tau2: [DL, DL]}}", "7 | there twice"
    ),
    config(
        "leave_one_out_in_words",
        _SECTION,
        f'{_SECTION}\nmultiverse: {{leave_one_out: "often"}}',
        "7 | true or false",
    ),
    config(
        "no_planned_effect",
        _SECTION,
        f"{_SECTION}\nsequential: {{power: 0.8}}",
        "7 | add relative_risk_reduction",
    ),
    config(
        "no_effect_planned",
        _SECTION,
        f"{_SECTION}\nsequential: {{relative_risk_reduction: 0}}",
        "7 | an effect, not 0",
    ),
    config(
        "label_long",
        "label: Pain,",
        f"label: {'Pain' * 76},",
        "36 | at most 300 characters",
    ),
    config(
        "nobody_left",
        _SECTION,
        f"{_SECTION}\nsequential: {{relative_risk_reduction: -4, control_risk: 0.3}}",
        "7 | stays below 1",
    ),
    config(
        "all_prevented",
        _SECTION,
        f"{_SECTION}\nsequential: {{relative_risk_reduction: 1}}",
        "7 | below 1",
    ),
    config(
        "certain_error",
        _SECTION,
        f"{_SECTION}\nsequential: {{relative_risk_reduction: 0.2, alpha: 1}}",
        "7 | below 1",
    ),
    config(
        "sequential_of_means",
        "{label: Pain, outcome: pain, week: 24",
        "{label: Pain, sequential: {relative_risk_reduction: 0.2}, outcome: pain, week: 24",
        "36 | remove the key",
    ),
]
