"""The kinds of records in the catalogue of methods (method_catalogue.py)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method by its name in config.yaml.

    `label` is its name in a sentence, a message of the catalogues of languages; `anchor` that of
    its formula in the report's appendix; `source` where it was published, a message where the
    appendix prints it; `metafor` its name in R's metafor, blank where that has none; `by_default`
    whether the multiverse takes it unasked.
    """

    name: str
    label: str
    anchor: str = ""
    source: str = ""
    metafor: str = ""
    by_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Method):
    """An effect measure of the outcome types `types`.

    `ratio`: analysed on the log scale; `of_tables`: contrasts 2x2 tables, with a Mantel-Haenszel
    estimate and score limits; `informed_by_zeros`: a study without events has information on it;
    `covariance`: arms that share a control can be kept apart; `always_defined`: no empty cell
    leaves it undefined; `back`: metafor's function from the scale of analysis to the natural one;
    `code`: its letters beside a number, where they are not its name; `null`: whether one of its
    values means no effect; `by_baseline`: whether changes are in standard deviations before, so
    that it needs the correlation of the values before and after; `by_units`: whether means are in
    standard deviations that config.yaml declares of each instrument; `standardised`: whether it is
    a difference of two groups in standard deviations, which units of an instrument can say.
    """

    types: tuple[str, ...]
    ratio: bool = False
    of_tables: bool = False
    informed_by_zeros: bool = False
    covariance: bool = False
    always_defined: bool = False
    back: str = "x"
    code: str | None = None
    null: bool = True
    by_baseline: bool = False
    by_units: bool = False
    standardised: bool = False

    @property
    def positive(self) -> bool:
        """Whether its values are above 0: ratios, and amounts of one group but means."""
        return self.ratio or self.types[0] in ("proportion", "incidence") or self.name == "MNLN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Method):
    """A way to pool: `pooling` says how, `option` is its name in a multiverse; both are messages.

    `weighted`: takes effects and their variances, whatever the measure; else `measures` are those
    that it pools, from counts of an outcome of the types `of`. `mixed`: binomial- or
    Poisson-normal; `bayesian`: has priors, and a posterior; `clustered`: studies of one cluster are
    not taken to be independent. A {measure} in `anchor` stands for that of the outcome.
    """

    pooling: str
    option: str
    weighted: bool = False
    mixed: bool = False
    bayesian: bool = False
    clustered: bool = False
    measures: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Method(Method):
    """An estimator of tau2 and its `formula` in Markdown, a message where it has words.

    `of_counts`: effects and variances alone do not give it; `same_as`: another that is always equal
    where there is no covariate.
    """

    formula: str
    of_counts: bool = False
    same_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Method):
    """An interval, or a rule for cells and arms; `option` is its name in a multiverse.

    Without one it goes by its label. An interval of a pool is about the mean of the model `of`.
    """

    option: str = ""
    of: str = "random"
