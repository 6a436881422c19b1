"""The choices of a multiverse in words, as figures and tables name them."""

from metasynth.figures.canvas.text import name
from metasynth.figures.outcome import MEASURES, study_label
from metasynth.language.languages import Language, message
from metasynth.model.records import OutcomeResult

DIMENSIONS = {
    "measure": message("Measure"),
    "model": message("Model"),
    "tau2": message("Between-trial variance"),
    "ci": message("Interval"),
    "zero_cells": message("Empty cells"),
    "double_zero": message("Trials without events"),
    "multi_arm": message("Several arms"),
    "reading": message("Reading"),
    "left_out": message("Trial left out"),
}
_OPTIONS = {
    "model": {
        "random": message("random effects"),
        "IV": message("common effect, inverse variance"),
        "MH": message("common effect, Mantel–Haenszel"),
        "Peto": message("common effect, Peto"),
        "GLMM": message("binomial-normal, fixed levels"),
        "GLMM-UM.RS": message("binomial-normal, random levels"),
        "GLMM-CM.EL": message("binomial-normal, conditional"),
    },
    "ci": {"HKSJ-adhoc": message("HKSJ, not under Wald"), "KR": "Kenward–Roger"},
    "zero_cells": {
        "only0": message("0.5 where one is empty"),
        "treatment_arm": message("by the size of the arms"),
        "all": message("0.5 in every trial"),
        "none": message("no correction"),
    },
    "double_zero": {
        "auto": message("by the measure"),
        "exclude": message("excluded"),
        "include": message("included"),
    },
    "multi_arm": {
        "combine": message("combined"),
        "split": message("control shared out"),
        "covariance": message("covariance"),
    },
}


def dimension_name(name: str, language: Language) -> str:
    """A kind of choice."""
    return language.say(DIMENSIONS[name])


def option_name(dimension: str, option: str, result: OutcomeResult, language: Language) -> str:
    """An option of a kind of choice."""
    if dimension == "measure":
        return language.say(MEASURES[option]) if option in MEASURES else name(option)
    if dimension == "reading":
        return name(language.label(option.replace("_", " "))) if option else language.say("primary")
    if dimension == "left_out":
        if not option:
            return language.say("none")
        labels = {study.study: study_label(study) for study in result.studies}
        return labels.get(option) or name(option)
    names = _OPTIONS.get(dimension, {})
    return name(language.say(names[option]) if option in names else option)
