"""Risk of bias: the traffic light of every judgement, and bars that sum them up by domain."""

from collections.abc import Iterator, Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from metasynth.figures.canvas.one_line import clean, name
from metasynth.figures.canvas.page import (
    HALF_CAP,
    MARGIN,
    Drawing,
    Label,
    blank,
    breakable,
    points,
    write,
)
from metasynth.figures.canvas.style import INK, LINE, TEXT_SIZE, WIDTH, isolated
from metasynth.figures.canvas.text import shorten, width, wrap
from metasynth.figures.plots.risk_of_bias import (
    BLACK,
    LEVELS,
    NOT_JUDGED,
    Judgements,
    Level,
    domain_names,
    draw_dots,
    is_overall,
    judgement_word,
    level,
)
from metasynth.language import keys
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.tracked import marked

DOT, ROW = 11.0, 14.5
COLUMN_LEAST, COLUMN_MOST = 26.0, 66.0
NAMES_WIDEST, DOMAINS_WIDEST = 150.0, 190.0
BAR = 12.0
HEADING_LINES = 5


# --- the traffic light ----------------------------------------------------------------------------


@isolated
def traffic_light(
    judgements: Judgements, labels: Mapping[str, str], *, language: Language = ENGLISH
) -> Drawing:
    """A row a study, a column a domain, a sign for each judgement.

    `labels` are the studies' names by id, in the order to show.

    Raises:
        ValueError: without any judgement.
    """
    domains = _domains(judgements)
    names = {study: shorten(name(label), NAMES_WIDEST) for study, label in labels.items()}
    left = MARGIN + max(width(name) for name in [*names.values(), language.say("Study")]) + 12.0
    room = min(COLUMN_MOST, max(COLUMN_LEAST, (WIDTH - MARGIN - left) / len(domains)))
    middles = [left + (i + 0.5) * room for i in range(len(domains))]
    headings = [wrap(name(language.label(d)), room - 5.0, HEADING_LINES, True) for d in domains]
    top = MARGIN + max(map(len, headings)) * LINE + 6.0
    rows = [top + (i + 0.5) * ROW for i in range(len(names))]
    legend_top = top + ROW * len(names) + 8.0
    height = legend_top + LINE + 2 * MARGIN
    figure = blank(height)
    breakable(figure, height, top, (y - ROW / 2 for y in rows[1:]))
    write(figure, _headings(headings, middles, top, language))
    write(
        figure, (Label(n, MARGIN, y + HALF_CAP) for n, y in zip(names.values(), rows, strict=True))
    )
    for number, (study, y) in enumerate(zip(names, rows, strict=True), 1):
        own = {j.domain: j.judgement for j in judgements.get(study, ())}
        dots = [(own.get(d, ""), x, y) for d, x in zip(domains, middles, strict=True)]
        draw_dots(figure, dots, DOT, f"study-{number}")
    judged = {study: {j.domain for j in own if j.judgement} for study, own in judgements.items()}
    blank_left = any(set(domains) - judged.get(study, set()) for study in names)
    _draw_legend(figure, _present(judgements), legend_top + LINE / 2, language, blank_left)
    return Drawing(figure, *_light_words(judgements, labels, domains, language))


def _domains(judgements: Judgements) -> tuple[str, ...]:
    domains = domain_names(judgements)
    if not domains:
        raise ValueError("no study has a judgement of risk of bias")
    return domains


def _headings(
    headings: Sequence[Sequence[str]], middles: Sequence[float], top: float, language: Language
) -> Iterator[Label]:
    foot = top - 6.0 + HALF_CAP - LINE / 2
    yield Label(language.say("Study"), MARGIN, foot, bold=True)
    for lines, x in zip(headings, middles, strict=True):
        for i, text in enumerate(lines):
            yield Label(text, x, foot - (len(lines) - 1 - i) * LINE, "center", bold=True)


def _present(judgements: Judgements) -> list[Level]:
    """The levels that occur, from the best."""
    found = {level(j.judgement) for own in judgements.values() for j in own if j.judgement}
    return [one for one in LEVELS if one in found]


def _draw_legend(
    figure: Figure, levels: Sequence[Level], y: float, language: Language, blank_left: bool = False
) -> None:
    """The signs, and what it means where a place is left blank."""
    x = MARGIN + DOT / 2
    for number, sign in enumerate(levels, 1):
        draw_dots(figure, [(sign.name, x, y)], DOT, f"legend-{number}")
        text = language.say(sign.name)
        write(figure, [Label(text, x + DOT / 2 + 4.0, y + HALF_CAP)])
        x += DOT + 4.0 + width(text) + 14.0
    if blank_left:
        text = language.say(NOT_JUDGED)
        write(figure, [Label(text, x - DOT / 2, y + HALF_CAP)])


def _light_words(
    judgements: Judgements,
    labels: Mapping[str, str],
    domains: Sequence[str],
    language: Language,
) -> tuple[str, str]:
    studied = sum(not is_overall(domain) for domain in domains)
    title = language.say_n(
        "Risk of bias of {n} study; domains: {domains}.",
        "Risk of bias of {n} studies; domains: {domains}.",
        len(labels),
        n=marked(str(len(labels)), "review.trials"),
        domains=marked(str(studied), "risk_of_bias.domains"),
    )
    sentences = []
    for study, label in labels.items():
        own = {j.domain: j for j in judgements.get(study, ()) if j.judgement}
        said = [
            f"{clean(language.label(d))}: {judgement_word(own[d], language)}"
            for d in domains
            if d in own
        ]
        sentences.append(f"{clean(label)} – {'; '.join(said) or language.say('not judged')}.")
    return title, " ".join([title, *sentences])


# --- bars -----------------------------------------------------------------------------------------


@isolated
def risk_bars(judgements: Judgements, *, language: Language = ENGLISH) -> Drawing:
    """A bar a domain, divided by how many studies have which judgement; each part says how many.

    Studies count alike, whatever their weight, since outcomes weigh them differently.

    Raises:
        ValueError: without any judgement.
    """
    domains = _domains(judgements)
    names = [wrap(name(language.label(d)), DOMAINS_WIDEST, 2, is_overall(d)) for d in domains]
    widest = max(
        width(line, is_overall(domain))
        for domain, lines in zip(domains, names, strict=True)
        for line in lines
    )
    left, top = MARGIN + widest + 10.0, MARGIN + 2.0
    pitch = 2 * LINE + 4.0
    legend_top = top + pitch * len(domains) + 6.0
    figure = blank(legend_top + LINE + 2 * MARGIN)
    tallies = {domain: _tally(judgements, domain) for domain in domains}
    for i, (domain, lines) in enumerate(zip(domains, names, strict=True)):
        y = top + (i + 0.5) * pitch
        start = y + HALF_CAP - (len(lines) - 1) * LINE / 2
        bold = is_overall(domain)
        write(figure, (Label(t, MARGIN, start + n * LINE, bold=bold) for n, t in enumerate(lines)))
        _draw_bar(figure, i + 1, tallies[domain], left, y)
    _draw_legend(figure, _present(judgements), legend_top + LINE / 2, language)
    return Drawing(figure, *_bar_words(tallies, language))


def _tally(judgements: Judgements, domain: str) -> dict[Level, int]:
    """How many studies have each level, from the best; levels that none has are left out."""
    found = [
        level(j.judgement)
        for own in judgements.values()
        for j in own
        if j.domain == domain and j.judgement
    ]
    return {one: found.count(one) for one in LEVELS if one in found}


def _draw_bar(
    figure: Figure, domain: int, tally: Mapping[Level, int], left: float, y: float
) -> None:
    total, x = sum(tally.values()), left
    for number, (sign, k) in enumerate(tally.items(), 1):
        wide = (WIDTH - MARGIN - left) * k / total
        part = Rectangle((x, y - BAR / 2), wide, BAR, facecolor=sign.colour, edgecolor=INK)
        part.set(linewidth=0.4, transform=points(figure), gid=f"domain-{domain}-{number}")
        figure.add_artist(part)
        text = f"{sign.symbol} {_count(domain, sign, k)}".strip()
        if width(text, True) + 4.0 <= wide:
            label = Label(text, x + wide / 2, y + 0.33 * TEXT_SIZE, "center", True, colour=BLACK)
            write(figure, [label])
        x += wide


def _count(domain: int, sign: Level, k: int) -> str:
    return marked(str(k), keys.judged(domain, sign.name))


def _bar_words(tallies: Mapping[str, Mapping[Level, int]], language: Language) -> tuple[str, str]:
    title = language.say("Risk of bias by domain: how many studies have which judgement.")
    sentences = (
        f"{clean(language.label(domain))}: "
        + ", ".join(
            f"{language.say(sign.name)} {_count(number, sign, k)}" for sign, k in tally.items()
        )
        + "."
        for number, (domain, tally) in enumerate(tallies.items(), 1)
    )
    return title, " ".join([title, *sentences])
