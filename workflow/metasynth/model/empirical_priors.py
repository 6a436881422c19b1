"""Priors of tau learnt from the Cochrane reviews, by what is measured and what is compared.

Log odds ratios: log-normal distributions of tau², Turner et al., Int J Epidemiol 2012;41:818-27,
and in more detail Stat Med 2015;34:984-98, table IV. Standardised mean differences: log-t
distributions of tau² with 5 degrees of freedom, Rhodes et al., J Clin Epidemiol 2015;68:52-60,
table 3. The tables are typed from two transcriptions that agree, by different people: of the later
two `TurnerEtAlParameters` and `RhodesEtAlParameters` of the R package bayesmeta 3.4 and
`table_tau2_prior` of the R package rnmamod; of the first `mtc.hy.empirical.lor` of the R package
gemtc and `hetdata` of the R package hetprior (github.com/mcguinlu/hetprior), which has the medians
and 95% ranges that the paper prints, too. Left out, as not certain:

- of Rhodes' table 3, mental health with a non-pharmacological arm: all give the location -3.85,
  which is 1 away from where that table's columns, parallel everywhere else, put it;
- Rhodes' tables for cancer and for respiratory disease, of which the two transcriptions of the
  first disagree on signs;
- of Turner 2012 the distribution of any setting, which one transcription alone has.

Of Rhodes' distributions the second number is taken as the scale of log-t, as bayesmeta and rnmamod
take it; the 95% ranges of tau² that hetprior has beside them are narrower, as if it were the
standard deviation.

The parameters are of log tau²; those of log tau, which `TauPrior` takes, are half of them.
"""

from metasynth.model.priors import PriorFault, TauPrior

COMPARISONS = (
    "pharmacological vs placebo",
    "pharmacological vs pharmacological",
    "non-pharmacological vs placebo",
    "non-pharmacological vs pharmacological",
    "non-pharmacological vs non-pharmacological",
)
"""The columns of Turner's table; placebo stands for any control without the intervention."""

TURNER_2012 = "Turner 2012, by gemtc and hetprior"
TURNER_2015 = "Turner 2015, table IV"
RHODES_2015 = "Rhodes 2015, table 3"
ANY = "any"
"""The outcome for which a paper gives one distribution over all settings."""

_TURNER_2012 = """
all-cause mortality        -4.06 1.45  -4.27 1.48  -3.93 1.51
semi-objective             -3.02 1.85  -3.23 1.88  -2.89 1.91
subjective                 -2.13 1.58  -2.34 1.62  -2.01 1.64
"""

_TURNER = """
all-cause mortality        -3.95 1.34  -4.18 1.41  -4.17 1.55  -2.92 1.02  -3.50 1.26
obstetric                  -3.52 1.74  -3.75 1.79  -3.74 1.91  -2.49 1.50  -3.08 1.68
cause-specific mortality   -3.71 1.74  -3.95 1.79  -3.93 1.91  -2.68 1.51  -3.27 1.68
resource use               -2.34 1.74  -2.58 1.79  -2.56 1.91  -1.31 1.50  -1.90 1.68
surgical success           -2.14 1.74  -2.37 1.79  -2.36 1.91  -1.11 1.50  -1.69 1.68
withdrawals                -2.99 1.74  -3.23 1.79  -3.21 1.91  -1.96 1.51  -2.55 1.68
structure-related          -2.71 1.74  -2.94 1.79  -2.93 1.92  -1.67 1.51  -2.26 1.68
general physical health    -2.29 1.53  -2.53 1.58  -2.51 1.72  -1.26 1.25  -1.85 1.46
adverse events             -1.87 1.52  -2.10 1.58  -2.10 1.71  -0.84 1.24  -1.43 1.45
infection                  -2.49 1.52  -2.73 1.58  -2.71 1.71  -1.46 1.24  -2.05 1.45
signs and symptoms         -2.06 1.51  -2.29 1.58  -2.28 1.71  -1.03 1.24  -1.61 1.45
pain                       -1.83 1.52  -2.06 1.58  -2.05 1.71  -0.80 1.25  -1.38 1.45
quality of life            -2.54 1.54  -2.78 1.60  -2.77 1.73  -1.51 1.27  -2.10 1.47
mental health              -2.12 1.53  -2.35 1.60  -2.34 1.72  -1.09 1.27  -1.67 1.47
biological markers         -1.77 1.52  -2.00 1.58  -1.99 1.71  -0.74 1.24  -1.33 1.45
subjective outcomes        -2.70 1.52  -2.93 1.58  -2.92 1.71  -1.67 1.25  -2.26 1.45
"""

_RHODES = """
obstetric                  -4.13 2.34  -4.40 2.31  -3.99 2.11
resource use               -2.55 2.73  -2.83 2.70  -2.41 2.57
structure-related          -2.43 2.50  -2.70 2.46  -2.29 2.32
general physical health    -3.16 2.50  -3.44 2.44  -3.02 2.27
adverse events             -3.16 2.50  -3.44 2.44  -3.02 2.27
pain                       -3.16 2.50  -3.44 2.44  -3.02 2.27
quality of life            -3.16 2.50  -3.44 2.44  -3.02 2.27
signs and symptoms         -3.00 2.50  -3.27 2.47  -2.86 2.33
infection                  -3.00 2.50  -3.27 2.47  -2.86 2.33
mental health              -2.99 2.16  -3.27 2.14
biological markers         -3.41 2.83  -3.68 2.78  -3.27 2.66
subjective outcomes        -2.76 2.58  -3.03 2.59  -2.62 2.41
"""


def _rows(table: str) -> dict[str, tuple[float, ...]]:
    """Numbers by the outcome that a line begins with."""
    lines = [line.split("  ", 1) for line in table.strip().splitlines()]
    return {name: tuple(float(x) for x in numbers.split()) for name, numbers in lines}


TURNER, RHODES, EARLIER = _rows(_TURNER), _rows(_RHODES), _rows(_TURNER_2012)


def turner_2012(outcome: str = "", comparison: str = "") -> TauPrior:
    """The prior of tau among log odds ratios, of one of three kinds of outcome and a comparison.

    Semi-objective are such outcomes as cause-specific mortality and withdrawals, subjective such as
    pain and markers. A non-pharmacological arm is one column there. Raises PriorFault.
    """
    row, column = _row(EARLIER, outcome, TURNER_2012), min(_column(comparison), 2)
    location, scale = row[2 * column : 2 * column + 2]
    source = f"{TURNER_2012}, {outcome}, {comparison}"
    return TauPrior("log_normal", scale / 2, location / 2, source=source, measure="OR")


def turner_2015(outcome: str = ANY, comparison: str = "") -> TauPrior:
    """The prior of tau among log odds ratios, of an outcome and a comparison.

    `ANY` is that of all settings, LN(-2.56, 1.74²) for tau² (p. 993). Raises PriorFault.
    """
    if outcome == ANY:
        return TauPrior(
            "log_normal", 1.74 / 2, -2.56 / 2, source="Turner 2015, p. 993", measure="OR"
        )
    row, column = _row(TURNER, outcome, TURNER_2015), _column(comparison)
    location, scale = row[2 * column : 2 * column + 2]
    source = f"{TURNER_2015}, {outcome}, {comparison}"
    return TauPrior("log_normal", scale / 2, location / 2, source=source, measure="OR")


def rhodes_2015(outcome: str = ANY, comparison: str = "") -> TauPrior:
    """The prior of tau among standardised mean differences, of an outcome and a comparison.

    `ANY` is that of all settings, log-t with 5 degrees of freedom, -3.44 and 2.59 for tau²
    (section 3.3). A non-pharmacological arm is one column there. Raises PriorFault.
    """
    if outcome == ANY:
        return TauPrior("log_t", 2.59 / 2, -3.44 / 2, 5.0, "Rhodes 2015, section 3.3", "SMD")
    row, column = _row(RHODES, outcome, RHODES_2015), min(_column(comparison), 2)
    if len(row) < 2 * column + 2:
        raise PriorFault(
            f"what {RHODES_2015} gives for {outcome}, {comparison}, is not certain: name a prior "
            "with its parameters instead"
        )
    location, scale = row[2 * column : 2 * column + 2]
    source = f"{RHODES_2015}, {outcome}, {comparison}"
    return TauPrior("log_t", scale / 2, location / 2, 5.0, source, "SMD")


def _row(rows: dict[str, tuple[float, ...]], outcome: str, table: str) -> tuple[float, ...]:
    if outcome not in rows:
        extra = () if rows is EARLIER else (ANY,)
        known = ", ".join((*rows, *extra))
        if not outcome:
            raise PriorFault(f"one of {table} needs its outcome; it has {known}")
        raise PriorFault(f"{outcome!r} is no outcome of {table}; it has {known}")
    return rows[outcome]


def _column(comparison: str) -> int:
    if comparison not in COMPARISONS:
        raise PriorFault(
            "{comparison!r} is no comparison of these tables; they have {known}".format(
                comparison=comparison, known=", ".join(COMPARISONS)
            )
        )
    return COMPARISONS.index(comparison)
