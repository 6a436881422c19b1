"""The items of PRISMA's checklists, and which of them a text leaves unanswered.

Page and colleagues, BMJ 2021;372:n71: 27 items for the report, 42 with their parts, and 12 for the
abstract (a1 to a12); for a living review those of living_checklist.py besides. The names here are
short ones of our own.
"""

from collections.abc import Iterable, Mapping
from itertools import chain

from metasynth.core.messages import message
from metasynth.report.text.living_checklist import LIVING

ITEMS: Mapping[str, Mapping[str, str]] = {
    message("Title"): {"1": message("a systematic review by its title page")},
    message("Abstract"): {"2": message("abstract with the items of its own checklist")},
    message("Introduction"): {
        "3": message("why the review was made"),
        "4": message("the question"),
    },
    message("Methods"): {
        "5": message("what was included and how studies were grouped"),
        "6": message("sources searched, with dates"),
        "7": message("full search strategy"),
        "8": message("how studies were selected"),
        "9": message("how data were collected"),
        "10a": message("outcomes sought"),
        "10b": message("other data sought, and assumptions"),
        "11": message("how risk of bias was assessed"),
        "12": message("effect measures"),
        "13a": message("which studies entered each synthesis"),
        "13b": message("preparation of data"),
        "13c": message("tables and figures used"),
        "13d": message("methods of synthesis, and software"),
        "13e": message("causes of heterogeneity explored"),
        "13f": message("sensitivity analyses"),
        "14": message("how bias by missing results was assessed"),
        "15": message("how certainty was assessed"),
    },
    message("Results"): {
        "16a": message("flow of studies"),
        "16b": message("studies that look eligible but were excluded"),
        "17": message("characteristics of the studies"),
        "18": message("risk of bias in each study"),
        "19": message("results of each study"),
        "20a": message("what each synthesis rests on"),
        "20b": message("results of syntheses"),
        "20c": message("causes of heterogeneity found"),
        "20d": message("results of sensitivity analyses"),
        "21": message("bias by missing results"),
        "22": message("certainty of each body of evidence"),
    },
    message("Discussion"): {
        "23a": message("interpretation with other evidence"),
        "23b": message("limits of the evidence"),
        "23c": message("limits of the review itself"),
        "23d": message("what follows for practice and research"),
    },
    message("Other information"): {
        "24a": message("registration"),
        "24b": message("protocol"),
        "24c": message("amendments"),
        "25": message("support and funders"),
        "26": message("competing interests"),
        "27": message("data, code and other material"),
    },
}
"""The items by section, each with a short name."""

ABSTRACT: Mapping[str, Mapping[str, str]] = {
    message("Title"): {"a1": message("a systematic review by its title page")},
    message("Background"): {"a2": message("the question")},
    message("Methods"): {
        "a3": message("what was included"),
        "a4": message("sources and dates of the search"),
        "a5": message("risk of bias: method"),
        "a6": message("synthesis: method"),
    },
    message("Results"): {
        "a7": message("studies and participants"),
        "a8": message("main results with intervals and direction"),
    },
    message("Discussion"): {
        "a9": message("limits of the evidence"),
        "a10": message("interpretation"),
    },
    message("Other information"): {
        "a11": message("main source of funding"),
        "a12": message("registration"),
    },
}

Checklist = Mapping[str, Mapping[str, str]]
"""Items by section, each with its name."""

OF_LIVING_REVIEWS = "table-prisma_living"
CHECKLISTS = {
    "table-prisma": (ITEMS, message("PRISMA 2020: where this report answers each item.")),
    "table-prisma_abstract": (
        ABSTRACT,
        message("PRISMA 2020 for abstracts: where the abstract answers each item."),
    ),
    OF_LIVING_REVIEWS: (
        LIVING,
        message("PRISMA-LSR: where this report answers what is asked of a living review besides."),
    ),
}
"""Tables that are filled in last, since they tell where the whole text answers what."""

ON_THE_TITLE_PAGE = frozenset({"1", "a1", "1.2"})
"""Items that every report answers: its title page calls it a systematic review, and its version."""

KNOWN = frozenset(item for part in (ITEMS, ABSTRACT, LIVING) for item in chain(*part.values()))


def asked(tables: Iterable[str]) -> tuple[Checklist, ...]:
    """The checklists that a report with these tables must fill: PRISMA 2020, and what it shows."""
    return (ITEMS, ABSTRACT, *((LIVING,) if OF_LIVING_REVIEWS in tables else ()))


def missing(found: Iterable[str], checklists: Iterable[Checklist]) -> list[str]:
    """Items of these checklists that have neither text nor a stated reason, with their names."""
    done = ON_THE_TITLE_PAGE.union(found)
    return [
        f"{item} ({name})"
        for part in checklists
        for items in part.values()
        for item, name in items.items()
        if item not in done
    ]
