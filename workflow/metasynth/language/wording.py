"""How a review speaks: a record that jobs are told, without what speaks (studied.py)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """In which languages a review speaks, with its own labels below `text`, and of what.

    `decimals` are those that it declares for effects and limits, by measure; `compared`
    where it compares groups; `trials` where its studies are trials (model/designs.py).
    """

    languages: tuple[str, ...]
    text: str
    compared: bool
    trials: bool
    decimals: tuple[tuple[str, int], ...] = ()
