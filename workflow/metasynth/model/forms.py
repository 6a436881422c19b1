"""The forms in which a study gives its effect: what each row of the studies table says."""

from metasynth.core.messages import message

FORMS = {
    "groups": message("numbers of its groups"),
    "converted": message("numbers of its groups, some computed"),
    "limits": message("published, with limits"),
    "se": message("published, with standard error"),
    "p": message("published, with p-value"),
    "paired": message("pairs of the same patients"),
    "z": message("published, with z"),
    "t": message("published, with t or F"),
    "events": message("published, with numbers of events"),
    "o_minus_e": message("O − E and V"),
    "other_kind": message("another kind of effect, converted"),
    "covariance": message("arms averaged by covariance"),
}
"""Groups' own numbers, a published contrast by what its standard error is from, or several arms."""
PUBLISHED = ("limits", "se", "p", "z", "t", "events")
"""Contrasts that somebody else computed."""
