"""Why a statement has its verdict: a sentence by the name of the reason."""

from metasynth.core.messages import message

REASONS = {
    "significant": message("The difference is significant, in the direction stated."),
    "as_stated_not_significant": message(
        "The difference is not significant; that is all that is stated."
    ),
    "excluded": message(
        "Not significant, and the interval excludes an important difference ({measure} below "
        "{low} or above {high})."
    ),
    "not_excluded": message(
        "Not significant, but the interval does not exclude an important difference ({measure} "
        "below {low} or above {high})."
    ),
    "no_margin": message(
        "Not significant, but from where on a difference is important is not declared, and without "
        "that none is excluded."
    ),
    "increase_excluded": message(
        "No significant increase, and the interval excludes an important one ({measure} above "
        "{high})."
    ),
    "increase_not_excluded": message(
        "No significant increase, but the interval does not exclude an important one ({measure} "
        "above {high})."
    ),
    "spared_not_excluded": message(
        "Not significant, and the interval of the risk ratio lies within {low} to {high}, but the "
        "event is so common that the ratio of the risks of being without it counts too, and its "
        "interval does not lie there."
    ),
    "not_significant": message("The difference is not significant."),
    "is_significant": message("The difference is significant."),
    "direction": message("The risks differ in the direction stated; significance is not stated."),
    "other_direction": message("The risks do not differ in the direction stated."),
    "tests_differ": message(
        "Significant by one test and not by another; the publication does not name its own."
    ),
    "tests_differ_either_way": message(
        "Significant by one test and not by another; either way the absence of a difference does "
        "not follow."
    ),
    "counts_differ": message(
        "Counts that the printed percentages allow, or another declared reading, decide otherwise."
    ),
    "most": message("So in most trials with counts."),
    "not_most": message("Not so in most trials with counts."),
    "not_excluded_in_most": message(
        "In most trials not significant, but an important difference is not excluded ({measure} "
        "below {low} or above {high})."
    ),
    "increase_not_excluded_in_most": message(
        "In most trials not significant, but an important increase is not excluded ({measure} "
        "above {high})."
    ),
    "rounds": message("The counts that a source states round to it."),
    "does_not_round": message("The counts that a source states do not round to it."),
    "possible": message(
        "Possible, as whole numbers of patients round to it, but the counts were derived from it "
        "and cannot confirm it."
    ),
    "no_whole_number": message("No whole number of the patients rounds to it."),
    "any_percentage": message(
        "The counts were derived from this percentage, and every percentage fits so many patients."
    ),
    "ratio_fits": message("The ratio of the risks is as stated."),
    "ratio_does_not_fit": message("The ratio of the risks is not as stated."),
    "band_fits": message("The risk lies in the range that the word stands for."),
    "band_does_not_fit": message("The risk does not lie in the range that the word stands for."),
    "too_few": message("Too few patients to tell on which side of the bound the risk lies."),
    "most_frequent": message("More frequent than every other event with counts."),
    "not_the_most_frequent": message("Another event with counts is at least as frequent."),
    "a_group_is_empty": message("There is such a group."),
    "no_group_is_empty": message("There is no such group."),
    "equal": message("The numbers are equal."),
    "unequal": message("The numbers are not equal."),
    "every_digit": message("Every printed digit is the same."),
    "own_counts": message(
        "Every printed digit is the same; counts behind it were derived from this figure, so that "
        "it cannot confirm them."
    ),
    "other_digits": message("Not every printed digit is the same."),
    "contradicted": message(
        "No number decides it, and another statement of the publication excludes it."
    ),
    "no_counts": message("The tables hold no counts for it."),
    "no_split": message("No division of the patients gives these percentages."),
    "one_trial": message("Only one trial has counts in both groups, so there is no pool."),
    "no_result": message("No analysis is declared as the published one."),
    "not_in_tables": message("The tables do not hold this number."),
    "only_source": message("This statement is the only source of the number."),
    "too_many": message("The patients can be divided in too many ways to try each."),
    "no_numbers": message("The tables hold no number that bears on it."),
}
"""Why a verdict is what it is, by the name that the column `reason` of claims.csv has."""
