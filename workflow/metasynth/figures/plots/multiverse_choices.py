"""The choices of a multiverse in words, as figures and tables name them."""

from metasynth.figures.canvas.one_line import name
from metasynth.figures.outcome import measure_title, study_label
from metasynth.language.languages import Language, message
from metasynth.model import method_catalogue as catalogue
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
    **{("model", record.name): record.option for record in catalogue.MODELS},
    **{
        (dimension, record.name): record.option or record.label
        for dimension, records in (
            ("ci", catalogue.CI_METHODS),
            ("zero_cells", catalogue.ZERO_CELLS),
            ("double_zero", catalogue.DOUBLE_ZERO),
            ("multi_arm", catalogue.MULTI_ARM),
        )
        for record in records
    },
}
"""What options are called where their names in config.yaml are no words."""


def dimension_name(name: str, language: Language) -> str:
    """A kind of choice."""
    return language.say(DIMENSIONS[name])


def option_name(dimension: str, option: str, result: OutcomeResult, language: Language) -> str:
    """An option of a kind of choice."""
    if dimension == "measure":
        return measure_title(option, language)
    if dimension == "reading":
        return name(language.label(option.replace("_", " "))) if option else language.say("primary")
    if dimension == "left_out":
        if not option:
            return language.say("none")
        labels = {study.study: study_label(study) for study in result.studies}
        return labels.get(option) or name(option)
    return name(language.say(_OPTIONS.get((dimension, option), option)))
