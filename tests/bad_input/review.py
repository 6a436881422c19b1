"""A clean review of two small invented trials, and the ways in which a case spoils it."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

Files = dict[str, bytes]
"""The review's files by their path, config.yaml and the data folder's content side by side."""

Change = Callable[[Files], None]

STUDY = "trials/alpha2001/study.csv"
ARMS = "trials/alpha2001/arms.csv"
RESULTS = "trials/alpha2001/results.csv"
SOURCES = "trials/alpha2001/sources.csv"
BIAS = "trials/alpha2001/risk_of_bias.csv"
COVARIATES = "trials/alpha2001/covariates.csv"
BETA_COVARIATES = "trials/beta2005/covariates.csv"
BETA_STUDY = "trials/beta2005/study.csv"
BETA_ARMS = "trials/beta2005/arms.csv"
BETA_RESULTS = "trials/beta2005/results.csv"
BETA_SOURCES = "trials/beta2005/sources.csv"
CLAIMS = "claims.csv"
CHANGELOG = "changelog.csv"
CERTAINTY = "certainty.csv"
SEARCH = "search.csv"
FLOW = "flow.csv"
BIB = "references.bib"
CONFIG = "config.yaml"
TEXTS = "text/en"

_STUDY_HEADER = (
    "label,year,design,status,population,background,duration_weeks,n_randomised,registration,"
    "reference,note\n"
)
_ARMS_HEADER = "arm_id,role,label,treatment,dose,dose_unit,n_randomised,source_id,note\n"
_RESULTS_HEADER = (
    "outcome,week,reading,arm_id,reference_arm_id,events,total,events_low,events_high,"
    "reported_percent,mean,sd,estimate,se,ci_low,ci_high,provenance,source_id,note\n"
)

_TEXTS = {
    "abstract": " ".join(f"Said. {{prisma:a{n}}}" for n in range(2, 13)),
    "rationale": "Why this is asked, after two trials [@alpha; @beta].",
    "question": "Does {{ intervention }} help more than {{ control }}?",
    "eligibility": "Trials in adults.",
    "search": "One database was searched.",
    "selection": "Two people chose.",
    "discussion": "The risk ratio is {{ response_w24.primary.estimate }}.\n\n"
    "More. {prisma:23a 23b}\n\n"
    "{figure:death}\n\n{prisma-none:23c 23d} Nothing is to be said.",
    "declarations": "{prisma-none:24a 24b 24c} Not registered.\n\nNobody paid. {prisma:25} "
    "{prisma:26}",
}

_CLEAN = {
    STUDY: _STUDY_HEADER + "Alpha 2001,2001,randomised,included,adults,none,24,57,,alpha,\n",
    ARMS: _ARMS_HEADER
    + "drug,intervention,Drug 10 mg,drug,10,mg/day,45,table1,\n"
    + "placebo,control,Placebo,placebo,,,12,table1,\n",
    RESULTS: _RESULTS_HEADER
    + "response,24,,drug,,27,42,27,27,64,,,,,,,derived,table1,\n"
    + "response,24,,placebo,,2,12,2,2,17,,,,,,,derived,table1,\n"
    + "pain,24,,drug,,,42,,,,31.5,12.25,,,,,reported,table1,\n"
    + "pain,24,,placebo,,,12,,,,-4,11,,,,,reported,table1,\n"
    + "death,24,,drug,placebo,,,,,,,,0.8,,0.5,1.28,reported,table2,\n"
    + "response,24,randomised,drug,,27,45,27,27,60,,,,,,,derived,table1,\n"
    + "response,24,randomised,placebo,,2,12,2,2,17,,,,,,,derived,table1,\n"
    + "harm,24,,drug,,,42,,,,,,,,,,missing,table1,Looked for harms: not stated.\n"
    + "harm,24,,placebo,,1,12,,,,,,,,,,external,table2,\n",
    SOURCES: "source_id,reference,locator,quote\n"
    + 'table1,alpha,Table 1,"27 of 42, ""as treated"""\n'
    + "table2,alpha,Table 2,0.8 (0.5 to 1.28)\n",
    BIAS: "outcome,tool,domain,judgement,support,source_id\n"
    + "response,RoB 2,randomisation,low,By telephone.,table1\n"
    + ",RoB 2,overall,some concerns,,\n",
    COVARIATES: "covariate,value,unit,source_id,note\nage,52.5,years,table1,Mean age.\n",
    BETA_COVARIATES: "covariate,value,unit,source_id,note\nage,48,years,page3,\n",
    BETA_STUDY: _STUDY_HEADER + "Beta 2005,2005,randomised,included,,,,,,beta,\n",
    BETA_ARMS: _ARMS_HEADER
    + "drug,intervention,Drug,drug,,,,,\n"
    + "placebo,control,Placebo,placebo,,,,,\n",
    BETA_RESULTS: _RESULTS_HEADER
    + "response,24,,drug,,95,250,94,96,38,,,,,,,derived,page3,\n"
    + "response,24,,placebo,,55,251,54,56,22,,,,,,,derived,page3,\n"
    + "harm,24,,drug,,10,250,,,4.0,,,,,,,reported,page3,\n"
    + "harm,24,,placebo,,8,251,,,,,,,,,,external,page3,\n",
    BETA_SOURCES: "source_id,reference,locator,quote\npage3,beta,p. 3,38% vs 22%\n",
    CLAIMS: "claim_id,reference,locator,quote,kind,study_id,outcome,week,measure,estimate,ci_low,"
    + "ci_high,note\n"
    + 'figure1_alpha,beta,Figure 1,"3.86 (1.06, 14.01)",figure_estimate,alpha2001,response,24,RR,'
    + "3.86,1.06,14.01,\n"
    + "figure1_pooled,beta,Figure 1,1.80,figure_estimate,,response,24,RR,1.80,,,\n",
    CERTAINTY: "outcome,domain,rating,reason,judge,reference\n"
    + "response_w24,imprecision,-1,fewer than 300 events,panel,\n"
    + 'response_w24,large_effect,1,"more than twofold, in both trials",panel,alpha\n',
    SEARCH: "part,concept,text,reference,note\n"
    + "source,,MEDLINE,beta,\n"
    + "term,population,rheumatoid arthritis,beta,\n"
    + "limit,language,English,beta,\n",
    FLOW: "box,part,count,reference,locator,quote,note\n"
    + "databases,,120,beta,p. 1,120 records,\n"
    + "registers,,0,beta,p. 1,no register,\n"
    + "duplicates,,20,beta,p. 1,20 duplicates,\n"
    + "automation,,0,beta,p. 1,by hand,\n"
    + "removed_other,,0,beta,p. 1,by hand,\n"
    + "screened,,100,beta,p. 1,100 were screened,\n"
    + "excluded,,,,,,Not stated.\n"
    + "assessed_excluded,Wrong comparator,4,beta,p. 2,4 of 6,\n"
    + "assessed_excluded,No outcome,2,beta,p. 2,2 of 6,\n"
    + "assessed_excluded,,6,beta,p. 2,6 were excluded,\n",
    BIB: "% Documents\n@article{alpha,\n  author = {Alpha, A. and others},\n  title = {Trial},\n"
    + "  year = 2001\n}\n\n@article{beta, title = {Other}, year = {2005}}\n",
    CONFIG: """\
review:
  title: A clean review
  version: 1.0.0
  date: "2026-01-31"
  languages: [en]
data: data
comparison:
  intervention: [drug]
  control: [placebo]
  multi_arm: combine
  labels: {intervention: Drug, control: Placebo}
analyses:
  primary: {label: Random effects, model: random, tau2: REML, ci: HKSJ, prediction: t_k-1}
  common: {label: Common effect, model: MH}
  published: {label: As published, model: random, tau2: DL, ci: Wald, study_ci: score}
outcomes:
  response_w24:
    label: Response
    outcome: response
    week: 24
    type: binary
    measure: RR
    direction: benefit
    analyses: [primary, common, published]
    as_published: published
  response_randomised:
    label: all randomised
    outcome: response
    week: 24
    reading: randomised
    sensitivity_of: response_w24
    type: binary
    measure: RR
    direction: benefit
    analyses: [primary]
  pain: {label: Pain, outcome: pain, week: 24, type: continuous, measure: MD, direction: harm,
    analyses: [primary]}
  death: {label: Death, outcome: death, week: 24, type: generic, measure: HR, direction: harm,
    analyses: [primary]}
  harm: {label: Harm, outcome: harm, week: 24, type: binary, measure: OR, direction: harm,
    analyses: [primary, common], covariate: {name: age, label: Mean age (years)}}
certainty:
  findings: [response_w24, death]
  large: [0.5, 2]
  imprecision: {events: 300, important: [0.75, 1.25]}
  inconsistency: {i2: [50, 75], p: 0.1}
  indirectness:
    trials: {beta2005: other patients}
    outcomes: {death: {rating: -1, reason: a surrogate}}
""",
}


def clean() -> Files:
    """The review as it should be."""
    texts = {f"{TEXTS}/{name}.md": f"{text}\n" for name, text in _TEXTS.items()}
    return {name: text.encode() for name, text in (_CLEAN | texts).items()}


def write(files: Files, folder: Path) -> Path:
    """Write the review into a folder and give its configuration."""
    (folder / "data/text/en").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name if name == CONFIG else folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Path(CONFIG)


def text(file: str, old: str, new: str) -> Change:
    """Replace the one place where `old` stands in a file."""

    def change(files: Files) -> None:
        content = files[file].decode()
        assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {file}"
        files[file] = content.replace(old, new).encode()

    return change


def cell(file: str, row: int, column: str, value: str) -> Change:
    """Put `value` into the cell of a row (the header is row 1) and column."""

    def change(files: Files) -> None:
        records = list(csv.reader(io.StringIO(files[file].decode(), newline="")))
        index = records[0].index(column)
        assert records[row - 1][index] != value
        records[row - 1][index] = value
        files[file] = _csv(records)

    return change


def row(file: str, line: str) -> Change:
    """Add a row, given as CSV, at the end."""

    def change(files: Files) -> None:
        files[file] += f"{line}\n".encode()

    return change


def column(file: str, name: str, value: str) -> Change:
    """Add a column on the right, with the same value in every row."""

    def change(files: Files) -> None:
        header, *body = csv.reader(io.StringIO(files[file].decode(), newline=""))
        files[file] = _csv([[*header, name], *([*record, value] for record in body)])

    return change


def drop(file: str, name: str) -> Change:
    """Take a column away."""

    def change(files: Files) -> None:
        records = list(csv.reader(io.StringIO(files[file].decode(), newline="")))
        index = records[0].index(name)
        files[file] = _csv([record[:index] + record[index + 1 :] for record in records])

    return change


def replace(file: str, content: bytes) -> Change:
    """Replace, or add, a whole file."""

    def change(files: Files) -> None:
        files[file] = content

    return change


def bytes_of(file: str, rewrite: Callable[[bytes], bytes]) -> Change:
    """Rewrite the bytes of a file."""

    def change(files: Files) -> None:
        before = files[file]
        files[file] = rewrite(before)
        assert files[file] != before

    return change


def rename(file: str, name: str) -> Change:
    """Give a file another path; "" removes it."""

    def change(files: Files) -> None:
        content = files.pop(file)
        if name:
            files[name] = content

    return change


def _csv(records: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(records)
    return out.getvalue().encode()
