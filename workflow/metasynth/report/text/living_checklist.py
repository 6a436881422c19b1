"""What PRISMA for living systematic reviews (PRISMA-LSR) adds to PRISMA 2020.

Akl et al., BMJ 2024;387:e079183, table 1, and the authors' form of the checklist (13 January 2025):
four items of its own, L1 to L4, and elements that it adds to items of PRISMA 2020. An element is
named by its item and its place there: 16a.2 is the second one of item 16a. L4 has none of its own;
L2 takes the place of item 24c. The short names are ours.
"""

from collections.abc import Mapping

from metasynth.language.languages import message

LIVING: Mapping[str, Mapping[str, str]] = {
    message("Title"): {
        "1.1": message("a living review by its title"),
        "1.2": message("the version"),
    },
    message("Abstract"): {"2.1": message("whether living mode ends with this version")},
    message("Introduction"): {
        "3.1": message("why the review is a living one"),
        "3.2": message("the version before, cited"),
        "4.1": message("changes of the question, and why"),
    },
    message("Methods"): {
        "L1.1": message("schedule of the search in each source"),
        "L1.2": message("schedule of the further steps, from screening to publication"),
        "L1.3": message("plan to end living mode, or that there is none"),
        "9.1": message("whether data of studies included already are updated"),
        "11.1": message("whether their risk of bias is judged anew"),
        "13d.1": message("methods of analysis that living mode asks for"),
        "L2.1": message("changes of methods, and why"),
        "L2.2": message("that there are none, if so"),
        "L2.3": message("whether they apply to studies included already"),
    },
    message("Results"): {
        "16a.1": message("what led to this version"),
        "16a.2": message("flow of studies in each version, ideally in a diagram"),
        "20b.1": message("results of methods that living mode asks for"),
        "L3.1": message("studies included since the version before"),
        "L3.2": message("studies that are eligible now or no longer, and why"),
        "L3.3": message("other changes of results that matter"),
        "L3.4": message("that there are none, if so"),
    },
    message("Discussion"): {
        "23c.1": message("limits of living mode"),
        "23d.1": message("changes of what follows for practice and research"),
        "23d.2": message("changes of methods planned for later versions, and why"),
        "23d.3": message("whether and why living mode ends with this version"),
    },
    message("Other information"): {
        "25.1": message("support and funders in each version"),
        "26.1": message("competing interests in each version, and how they were managed"),
        "27.1": message("changes of access to data, code and other material"),
        "L4": message("authors and their roles in each version"),
    },
}
"""The elements by section, each with a short name."""
