"""Design matrices of meta-regressions: numbers, splines of them, categories, and interactions.

The first column is the intercept. A category is compared with its reference level (treatment
contrasts); a restricted cubic spline is Harrell's (Regression Modeling Strategies, 2015, 2.4.5):
linear beyond the outer knots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metasynth.stats.effects.binary import Array

LEAST_KNOTS = 3
_DEPENDENT = 1e-9
"""What is left of a column of length 1 when those before it explain it all but for rounding."""


@dataclass(frozen=True, slots=True)
class NumericTerm:
    """A number x as (x - centre)/per, and with knots the columns that bend the line at them.

    `knots` are three or more on the scale of x, in rising order; none for a straight line.
    """

    name: str
    centre: float = 0.0
    per: float = 1.0
    knots: tuple[float, ...] = ()

    def columns(self, values: Sequence[float]) -> Array:
        """Shape (k, 1), or with n knots (k, n - 1)."""
        x = np.asarray(values, dtype=float)
        line = (x - self.centre) / self.per
        return np.column_stack([line, *(bend / self.per for bend in _cubic_bends(x, self.knots))])


@dataclass(frozen=True, slots=True)
class CategoricalTerm:
    """A category as a column of ones and zeros for each level but the first, the reference."""

    name: str
    levels: tuple[str, ...]

    def columns(self, values: Sequence[str]) -> Array:
        """Shape (k, number of levels - 1)."""
        return np.array([[float(v == level) for level in self.levels[1:]] for v in values])


Term = NumericTerm | CategoricalTerm
Values = Mapping[str, Sequence[float] | Sequence[str]]
"""The values of each term's studies, by the term's name."""


def _cubic_bends(x: Array, knots: Sequence[float]) -> list[Array]:
    """The columns beside x itself of a restricted cubic spline, in units of x.

    Parameters:
        x: shape (k,).
        knots: in rising order; fewer than three give no column.

    Example:
        >>> _cubic_bends(np.array([0.0, 1.0, 2.0, 3.0]), (0.0, 1.0, 2.0))[0].tolist()
        [0.0, 0.25, 1.5, 3.0]
    """
    if len(knots) < LEAST_KNOTS:
        return []
    *others, before, last = knots

    def cube(knot: float) -> Array:
        return np.asarray(np.maximum(x - knot, 0.0) ** 3)

    return [
        (
            cube(knot)
            - cube(before) * (last - knot) / (last - before)
            + cube(last) * (before - knot) / (last - before)
        )
        / (last - knots[0]) ** 2
        for knot in others
    ]


@dataclass(frozen=True, slots=True)
class Layout:
    """The terms of a model and the pairs of terms that interact, each by the terms' names."""

    terms: tuple[Term, ...]
    interactions: tuple[tuple[str, str], ...] = ()

    def matrix(self, values: Values) -> Array:
        """The design: the intercept, each term's columns, the products of those that interact.

        Parameters:
            values: of every term, for k studies or profiles.

        Returns:
            Shape (k, p).

        Example:
            >>> layout = Layout((NumericTerm("x"), CategoricalTerm("g", ("a", "b"))), (("x", "g"),))
            >>> layout.matrix({"x": [2.0, 3.0], "g": ["a", "b"]}).tolist()
            [[1.0, 2.0, 0.0, 0.0], [1.0, 3.0, 1.0, 3.0]]
        """
        own = {term.name: term.columns(values[term.name]) for term in self.terms}  # type: ignore[arg-type]
        blocks = list(own.values())
        for one, other in self.interactions:
            products = own[other][:, :, None] * own[one][:, None, :]  # as R orders them
            blocks.append(products.reshape(len(products), -1))
        return np.column_stack([np.ones(len(blocks[0])), *blocks])

    def places(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The columns of each term and of each interaction (named one:other), by their places."""
        sizes = {term.name: _width(term) for term in self.terms}
        for one, other in self.interactions:
            sizes[f"{one}:{other}"] = sizes[one] * sizes[other]
        ends = np.cumsum([1, *sizes.values()])
        return tuple(
            (name, tuple(range(int(end) - size, int(end))))
            for (name, size), end in zip(sizes.items(), ends[1:], strict=True)
        )


def _width(term: Term) -> int:
    """How many columns a term has."""
    if isinstance(term, CategoricalTerm):
        return len(term.levels) - 1
    return 1 + max(0, len(term.knots) - 2)


def dependent_columns(design: Array) -> tuple[int, ...]:
    """The first column that the ones before it explain, with those that do; none if none.

    Parameters:
        design: shape (k, p).

    Example:
        >>> dependent_columns(np.array([[1.0, 1, 0, 2], [1, 0, 1, 2], [1, 1, 0, 4]]))
        (0, 1, 2)
    """
    lengths = np.sqrt((design**2).sum(axis=0))
    scaled = design / np.where(lengths > 0, lengths, 1.0)
    for j in range(design.shape[1]):
        before = scaled[:, :j]
        shares = np.linalg.lstsq(before, scaled[:, j])[0] if j else np.zeros(0)
        left = scaled[:, j] - before @ shares
        if float(left @ left) ** 0.5 < _DEPENDENT:
            return (*(i for i in range(j) if abs(shares[i]) > _DEPENDENT), j)
    return ()
