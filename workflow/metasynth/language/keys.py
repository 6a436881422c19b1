"""Names of single numbers: what a printed number and its entry in provenance.json are called by.

A key is a path to the number from the outcome or trial that it belongs to. Keys are a contract like
the columns of the result tables (docs/results.md), and never depend on what is printed.
"""

import re
from collections import Counter
from collections.abc import Sequence

from metasynth.model.records import Cell, StudyData


def pooled(outcome: str, analysis: str, subgroup: int = 0) -> str:
    """A pooled estimate; subgroups are numbered from 1 in the order of estimates.csv."""
    return f"{outcome}.{analysis}" + (f".subgroups.{subgroup}" if subgroup else "")


def effect(outcome: str, analysis: str, study: str, part: int = 0) -> str:
    """A study's own effect in an analysis; of a trial that counts as several, `part` from 1."""
    return f"{outcome}.{analysis}.studies.{study}" + (f".{part}" if part else "")


def parts(studies: Sequence[StudyData]) -> dict[tuple[str, str], int]:
    """Numbers the comparisons of a trial that brings several, by id and label; 0 where it is one.

    These are the `part` of other keys.
    """
    several = {study for study, n in Counter(s.study for s in studies).items() if n > 1}
    seen: Counter[str] = Counter()
    numbers = {}
    for item in studies:
        seen[item.study] += 1
        numbers[item.study, item.label] = seen[item.study] if item.study in several else 0
    return numbers


def sequence(outcome: str, analysis: str, kind: str, study: str) -> str:
    """A pool without a study (`kind` "leave_one_out") or up to it ("cumulative")."""
    return f"{outcome}.{analysis}.{kind}.{study}"


def influence(outcome: str, analysis: str, study: str) -> str:
    """The change of a pooled effect without the cluster of which a study is the first."""
    return f"{outcome}.{analysis}.influence.{study}"


def group(outcome: str, study: str, side: str, part: int = 0) -> str:
    """One side (intervention or control) of a study in an outcome, arms combined."""
    return f"{outcome}.studies.{study}" + (f".{part}" if part else "") + f".{side}"


def test(outcome: str, analysis: str, name: str) -> str:
    """A test that belongs to an analysis, such as that of subgroup differences."""
    return f"{outcome}.{analysis}.tests.{slug(name)}"


def regression(outcome: str, name: str) -> str:
    """A number of the outcome's meta-regression, such as its slope."""
    return f"{outcome}.regression.{name}"


def moderators(outcome: str, model: str = "") -> str:
    """A meta-regression on declared moderators, or what is said of all of an outcome."""
    return f"{outcome}.moderators" + (f".{model}" if model else "")


def claim(claim_id: str, column: str) -> str:
    """A number of an audited statement, by its column of results/tables/claims.csv."""
    return f"claims.{claim_id}.{column}"


def cell(place: Cell, column: str) -> str:
    """A cell of a raw table: "trials/cohen2004/results/12/events"."""
    return f"{place.file.removesuffix('.csv')}/{place.row}/{column}"


def place(of: Cell) -> str:
    """A row of a raw table as part of an anchor: "cohen2002-12" for one of a trial's results."""
    folder, _, table = of.file.removeprefix("trials/").removesuffix(".csv").rpartition("/")
    folder = folder.replace(".", "-") or "trials-csv"  # a table of all trials
    middle = "" if table == "results" else f"-{table}"
    return f"{folder}{middle}-{of.row}"


def analysis_choice(name: str) -> str:
    """An analysis as config.yaml declares it."""
    return f"config/analyses/{name}"


def correlation(analysis: str) -> str:
    """The correlation of sampling errors within clusters that an analysis declares."""
    return f"{analysis_choice(analysis)}/correlation"


def conversion(name: str) -> str:
    """What config.yaml assumes in computing numbers from others: "change_correlation"."""
    return f"config/conversions/{name}"


def assumed(outcome: str, number: int) -> str:
    """The primary analysis under another assumption, numbered from 1 as shown."""
    return f"{outcome}.assumed.{number}"


def outcome_choice(outcome: str) -> str:
    """An outcome as config.yaml declares it."""
    return f"config/outcomes/{outcome}"


def few_trials(outcome: str = "") -> str:
    """The largest number of trials that are few: by an outcome's own policy, or the review's."""
    return f"{outcome_choice(outcome) if outcome else 'config'}/few/trials"


def small_study_minimum() -> str:
    """From how many trials small-study effects are looked at."""
    return "config/small_study/minimum"


def threshold(outcome: str, side: str) -> str:
    """A declared effect that matters, "better" or "worse" than none."""
    return f"{outcome_choice(outcome)}/thresholds/{side}"


def instrument(outcome: str) -> str:
    """The standard deviation of the instrument in whose units an outcome is said."""
    return f"{outcome_choice(outcome)}/instrument/sd"


def baseline_risk(outcome: str, number: int) -> str:
    """A declared risk under control, numbered from 1."""
    return f"config/outcomes/{outcome}/baseline_risks/{number}"


def rating(outcome: str) -> str:
    """What an outcome's certainty is judged by; "<that>.<domain>" is the rating of a domain."""
    return f"{outcome}.certainty"


def rule(path: str) -> str:
    """A number of the rules of certainty: "config/certainty/imprecision/events"."""
    return f"config/certainty/{path}"


def finding(outcome: str, line: int) -> str:
    """A line of the summary of findings, an outcome's numbered from 1."""
    return f"{outcome}.findings.{line}"


def sequential(outcome: str, look: int = 0) -> str:
    """A sequential analysis, or one of its looks, numbered from 1."""
    return f"{outcome}.sequential" + (f".looks.{look}" if look else "")


def multiverse(outcome: str, measure: str = "") -> str:
    """A multiverse, or its analyses of one effect measure."""
    return f"{outcome}.multiverse" + (f".{measure}" if measure else "")


def option(outcome: str, dimension: str, number: int) -> str:
    """The analyses of a multiverse that took an option, numbered from 1 as declared."""
    return f"{outcome}.multiverse.options.{dimension}.{number}"


def figure(outcome: str, name: str) -> str:
    """A number that only a figure of an outcome prints, such as how many studies lie outside."""
    return f"{outcome}.{name}"


def asymmetry(outcome: str, name: str) -> str:
    """A test of funnel asymmetry."""
    return f"{outcome}.asymmetry.{slug(name)}"


def adjusted(outcome: str, name: str) -> str:
    """An estimate adjusted for small-study effects."""
    return f"{outcome}.adjusted.{slug(name)}"


def fail_safe(outcome: str, name: str) -> str:
    """A fail-safe number."""
    return f"{outcome}.fail_safe.{slug(name)}"


def judged(domain: int, level: str) -> str:
    """How many studies have a level of risk of bias in a domain, numbered from 1 as shown."""
    return f"risk_of_bias.{domain}.{slug(level)}"


def flow(box: str) -> str:
    """A number of the flow diagram that its table does not hold: a box told by its parts."""
    return f"flow.{box}"


def crosscheck(quantity: str) -> str:
    """How often a quantity was recomputed by another library."""
    return f"crosscheck.{slug(quantity)}"


def slug(name: str) -> str:
    """A name as part of a key: small letters and digits, joined by "_"."""
    return "_".join(re.findall(r"[a-z0-9]+", name.lower()))
