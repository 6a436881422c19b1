"""The names of methods, and of the domains of certainty, in words."""

from metasynth.language.languages import message
from metasynth.model import methods
from metasynth.model.certainty_config import OVERALL

TERMS = {
    name: record.label
    for records in (methods.MODEL, methods.TAU2, methods.CI, methods.PREDICTION)
    for name, record in records.items()
}
"""The models, estimators and intervals that an analysis can have, by their names."""
DOMAINS = {
    "risk_of_bias": message("Risk of bias"),
    "inconsistency": message("Inconsistency"),
    "indirectness": message("Indirectness"),
    "imprecision": message("Imprecision"),
    "publication_bias": message("Publication bias"),
    "large_effect": message("Large effect"),
    "dose_response": message("Dose–response gradient"),
    "plausible_confounding": message("Plausible confounding"),
    OVERALL: message("All together"),
}
"""The domains of GRADE, and all of them together."""
