"""Slips in the review's own sentences: each found at load, at its file and line."""

from .cases import Case, case, encoded
from .review import (
    CLAIMS,
    CONFIG,
    TEXTS,
    Change,
    Files,
    bytes_of,
    cell,
    rename,
    replace,
    text,
)

QUESTION, ABSTRACT = f"{TEXTS}/question.md", f"{TEXTS}/abstract.md"
DISCUSSION = f"{TEXTS}/discussion.md"
AT = "data/text/en/question.md"


def added(sentence: str) -> Change:
    """A further paragraph, in line 3 of the question."""
    return bytes_of(QUESTION, lambda content: content + f"\n{sentence}\n".encode())


def slip(name: str, sentence: str, *faults: str) -> Case:
    return case("prose", name, added(sentence), *(f"{AT}:3 | {words}" for words in faults))


def deleted(name: str) -> Change:
    return rename(f"{TEXTS}/{name}.md", "")


NAMES = [
    slip("field", "{{ response_w24.primary.estimat }}", "did you mean estimate?"),
    slip("analysis", "{{ response_w24.primry.estimate }}", "did you mean primary?"),
    slip("far_analysis", "{{ response_w24.bayes.p }}", "see docs/write-the-text.md"),
    slip("analysis_of_another", "{{ pain.common.estimate }}", "a name that pain has (primary"),
    slip("outcome", "{{ respons_w24.primary.estimate }}", "did you mean response_w24?"),
    slip("reading", "{{ response_randomized.primary.p }}", "did you mean response_randomised?"),
    slip("trial", "{{ study.alpha2011.label }}", "did you mean alpha2001?"),
    slip("of_trial", "{{ study.alpha2001.lable }}", "did you mean label?"),
    slip(
        "row", '{{ study.alpha2001.result("response", 23, "drug").of }}', '("response", 24, "drug")'
    ),
    slip("arm", '{{ study.alpha2001.result("response", 24, "drog").of }}', '24, "drug")'),
    slip("arguments", '{{ study.alpha2001.result("response").of }}', "other arguments"),
    slip("not_stated", '{{ study.alpha2001.result("pain", 24, "drug").events }}', "is not stated"),
    slip("claim", "{{ audit.claim.figure1_alfa.p }}", "did you mean figure1_alpha?"),
    slip("of_claim", "{{ audit.claim.figure1_alpha.p_fischer }}", "did you mean p_fisher?"),
    slip("count", "{{ audit.reproducd }}", "did you mean reproduced?"),
    slip("limit", '{{ search.limits["langage"] | joined }}', "did you mean language?"),
    slip("choice", "{{ review.titel }}", "did you mean title?"),
    slip("place", "{{ analyses[7].label }}", "analyses as it is"),
    slip("in_if", "{% if response_w24.primary.exist %}Yes.{% endif %}", "did you mean exists?"),
    slip("in_else", "{% if is_missing %}Yes.{% else %}{{ nobody }}{% endif %}", "a name that"),
    slip("in_for", "{% for t in trials.all %}{{ t.study.lable }}{% endfor %}", "mean label?"),
    slip("in_set", "{% set o = pain.primary %}{{ o.estimat }}", "did you mean estimate?"),
    slip(
        "in_call", '{{ choose(trials.included | length, "a", pian.label) }}', "did you mean pain?"
    ),
    slip(
        "two_at_once", "{{ nobody }} and {{ pain.primary.z }}", "a name", "a name that pain.primary"
    ),
    slip("whole_thing", "{{ pain.primary }}", "a text or a number"),
    slip("whole_trials", "{{ trials }}", "a text or a number"),
    slip("filter", "{{ pain.label | lowerd }}", "did you mean lowered?"),
    slip("forms", '{{ choose(trials.included | length, "trial", "trials", "x") }}', "2 forms"),
    slip("text_listed", "{{ pain.label | joined }}", "several things"),
]
SYNTAX = [
    slip("unclosed", "{{ pain.label", "opened and closed"),
    slip("single_brace", "{{ pain.label } and more", "opened and closed"),
    slip("closed_twice", "a }} b", "opened and closed"),
    slip("comment", "{# a remark", "opened and closed"),
    slip("expression", "{{ pain..label }}", "names with their parts"),
    slip("empty", "{{ }}", "names with their parts"),
    slip("unended_if", "{% if is_missing %}Yes.", "an end of this if"),
    slip("unended_for", "{% for t in trials.all %}x", "an end of this for"),
    slip("end_alone", "x{% endif %}", "each in its place"),
    slip("crossed", "{% if is_missing %}{% endfor %}{% endif %}", "each in its place"),
    slip("statement", "{% iff is_missing %}x{% endif %}", "each in its place", "each in its place"),
    slip("include", '{% include "own/abstract.md" %}', "each in its place"),
    slip("raw", "{% raw %}x{% endraw %}", "each in its place", "each in its place"),
]
EXPENSIVE = [
    slip("range", "{% for i in range(10**9) %}x{% endfor %}", "a name that texts can use"),
    slip("power", "{{ 10**10**10 }}", "names with their parts"),
    slip("times", '{{ "a" * 1000000000 }}', "names with their parts"),
    slip("centre", '{{ "a".center(1000000000) }}', "there is nothing in it"),
    slip("format", '{{ "%1000000000d" | format(1) }}', "a filter"),
    slip("deep", "{{ " + "(" * 500 + "1" + ")" * 500 + " }}", "names with their parts"),
    slip("long", "{{ pain" + ".label" * 1000 + " }}", "names with their parts"),
    slip(
        "loops",
        "{% for a in trials.all %}{% for b in trials.all %}{% for c in trials.all %}x"
        "{% endfor %}{% endfor %}{% endfor %}",
        "at most 2 loops",
    ),
    slip("class", "{{ pain.__class__ }}", "a name that pain has"),
    slip("globals", "{{ lipsum.__globals__ }}", "a name that texts can use"),
    slip("lambda", "{{ (lambda: 1)() }}", "names with their parts"),
    slip("formatted", '{{ f"{review}" }}', "names with their parts"),
]
MARKDOWN = [
    slip("fence", "```r\nrma(yi, vi)\n```", "no fenced block"),
    slip("indented", "    rma(yi, vi)", "four blanks"),
    slip("image", "See ![a forest](forest.png).", "no picture"),
    slip("html", "It is <b>not</b> so.", "no HTML", "no HTML"),
    slip("html_block", "<div>\nx\n</div>", "no HTML"),
    slip("remark", "<!-- later -->", "no HTML"),
    slip("rule", "***", "no rule"),
    slip("footnote", "It is so[^1].", "no footnote"),
    slip("struck", "It is ~~not~~ so.", "no struck text"),
    slip("tasks", "- [ ] to be done", "no list of tasks"),
    slip("break", "One  \ntwo.", "no break"),
    case("prose", "table", added("a\n\n| a | b |\n|---|---|\n| 1 | 2 |"), f"{AT}:6 | no table"),
    slip("conflict", "<<<<<<< ours", "one version of the text, but git has left two"),
    slip("figure", "{figure:deaths}", "did you mean death?"),
    slip("figure_of_a_reading", "{figure:response_randomised}", "a figure that there is"),
    slip("table_name", "{table:sumary}", "did you mean summary?"),
    slip("table_of_no_regression", "{table:regression_death}", "a table that there is"),
    slip("kind", "{figur:death}", "did you mean {figure:death}?"),
    slip("item", "Text. {prisma:23x}", "an item of PRISMA"),
    slip("in_a_line", "See {figure:death} here.", "a paragraph of its own"),
    slip("anchor", "Text {anchor:here} and more.", "beginning of a paragraph"),
    slip("anchor_form", "{anchor:Not_So}Text.", "small letters"),
    slip("citation", "So it is [@alfa].", "did you mean alpha?"),
    slip("citations", "So it is [@alpha; @gamma2].", "a key of references.bib"),
    slip("citation_form", "So it is [@Alpha].", "a citation such as"),
    slip("typed", "It is 1.82.", "typed by hand"),
    slip("hidden", "a\ufdd0b", "control character"),
]
FILES = [
    case(
        "prose",
        "misnamed",
        rename(QUESTION, f"{TEXTS}/questoin.md"),
        "data/text/en/questoin.md | did you mean question.md?",
        "data/text/en/question.md | misnamed",
    ),
    case("prose", "stranger", replace(f"{TEXTS}/notes.md", b"x"), "data/text/en/notes.md | a text"),
    case(
        "prose",
        "ending",
        rename(QUESTION, f"{TEXTS}/question.txt"),
        "data/text/en/question.txt | did you mean question.md?",
        "data/text/en/question.md | misnamed",
    ),
    case("prose", "absent", deleted("selection"), "data/text/en/selection.md | item 8 (how"),
    case("prose", "blank", replace(QUESTION, b" \n"), f"{AT} | item 4 (the question)"),
    case(
        "prose",
        "unanswered",
        text(DISCUSSION, "{prisma:23a 23b}", "{prisma:23a}"),
        "data/text/en/discussion.md | {prisma-none:23b}",
    ),
    case(
        "prose",
        "latin1",
        replace(QUESTION, "One.\n\nCafé.\n".encode("latin-1")),
        f"{AT}:3 | it is “é” in Windows-1250, “é” in Windows-1252",
    ),
    case(
        "prose",
        "cp1250",
        replace(QUESTION, "Łódź?\n".encode("cp1250")),
        f"{AT}:1 | “Ł” in Windows-1250",
    ),
    case("prose", "utf16", encoded(QUESTION, "utf-16"), f"{AT} | UTF-16"),
    case("prose", "nul", replace(QUESTION, b"a\n\0"), f"{AT}:2 | NUL byte"),
    case("prose", "docx", replace(QUESTION, b"PK\x03\x04word/document.xml"), f"{AT} | docx"),
    case("prose", "long_text", replace(QUESTION, b"word " * 300_000), f"{AT} | at most 1,000,000"),
]


def renamed_outcome(files: Files) -> None:
    text(CONFIG, "  pain: {label", "  ache: {label")(files)
    added("{{ pain.primary.estimate }}")(files)


def removed_trial(files: Files) -> None:
    """A trial that choices, a statement to audit and a sentence name."""
    added("{{ study.beta2005.label }}")(files)
    cell(CLAIMS, 2, "study_id", "beta2005")(files)
    for name in [name for name in files if name.startswith("trials/beta2005/")]:
        del files[name]


TOGETHER = [
    case("prose", "renamed_outcome", renamed_outcome, f"{AT}:3 | a name that texts can use"),
    case(
        "prose",
        "removed_trial",
        removed_trial,
        f"{AT}:3 | a name that study has (alpha2001)",
        f"{CLAIMS}:2:F | alpha2001",
        "config.yaml:48 | alpha2001",
    ),
    case(
        "prose",
        "with_a_broken_config",
        (text(CONFIG, "measure: MD", "measure: XX"), added("{{ pain..x }}")),
        f"{AT}:3 | names with their parts",
        "config.yaml:36 | one of",
    ),
]
PROSE = [*NAMES, *SYNTAX, *EXPENSIVE, *MARKDOWN, *FILES, *TOGETHER]

GOOD = [
    '{{ choose(trials.included | length, "trial", "trials") }} of {{ trials.randomised }}.',
    '{{ study.alpha2001.result("response", 24, "drug").of }} {{ search.sources | joined }}.',
    "{% for t in trials.all %}{{ t.study.label }}{{ ', ' if not loop.last else '' }}{% endfor %}.",
    "{% if pain.primary.exists and pain.k > 1 %}{{ pain.main.estimate }}{% endif %}",
    "{{ pain.label ~ ' and ' ~ death.label }} {# a remark #} {{ search.strategy }}",
    '{{ audit.claim.figure1_alpha.p_fisher | stated("p") }} {{ audit.numbers.reproduced }}',
    "- {anchor:first}One, of 1,399 patients.\n- Two “1.82 (1.42 to\n  2.33)” `0.05` [x](https://e.org/1.234).",
    "{% if death is defined %}{{ analyses[0].label | lowered }}{% endif %}",
    "A < b and c > d, a | b, 2 * 3, ~4, e_f_g; *emphasis*, **strong**, <https://example.org>.",
    "> A quotation [@beta].\n\n## A heading {prisma:13e} {anchor:a-heading}\n\n"
    "{table:summary}\n\n{figures:pain}",
]
