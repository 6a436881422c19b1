"""Sentences that are data (core/messages.py), written out in a language."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from metasynth.core.messages import Sentence, Value
from metasynth.language import formats
from metasynth.language.language import ENGLISH, Language, Noun

Mark = Callable[[str, str], str]
"""Gives a printed number (first) the key of its provenance (second)."""


def lowered(label: str) -> str:
    """A label inside a sentence: "Death" and "Binomial–normal model" lose their capital.

    "ACR20 response", "HbA1c" and "Peto's method" do not, nor does "Adverse Events", whose other
    words have capitals too.
    """
    first, *rest = label.split(maxsplit=1) or [""]
    begins, *parts = re.split("[-–]", first.rstrip(",.:;"))
    is_name = any(not letter.islower() for letter in "".join([begins[1:], *parts]))
    is_name |= bool(parts) and len(begins) == 1  # C-reactive
    is_symbol = len(first) == 1 and not "".join(rest)[:1].isalpha()
    if is_name or is_symbol or _is_title("".join(rest).split()):
        return label
    return label[:1].lower() + label[1:]


_LONG = 4
"""Letters of a word that has a capital in a title: "after" may, "of" does not."""


def _is_title(words: Sequence[str]) -> bool:
    """Whether most of the longer words begin with a capital, as those of a title do."""
    long = [word for word in words if len(word) >= _LONG and word.isalpha()]
    return 2 * sum(word.istitle() for word in long) > len(long)


def noun(label: str, language: Language) -> Noun:
    """A translated label, with the cases of it that the review's catalogue gives."""
    found = Noun(label)
    found.cases = language.cases.get(lowered(label), found.cases)
    return found


def keyed(sentences: Sequence[Sentence], prefix: str) -> tuple[Sentence, ...]:
    """The sentences with a key for each of their numbers: its own, or one made from `prefix`.

    The key of the first sentence's number called "share" is "<prefix>.1.share".
    """
    return tuple(
        replace(
            one,
            values=tuple(
                replace(value, key=value.key or f"{prefix}.{place}.{value.name}")
                if value.number is not None
                else value
                for value in one.values
            ),
        )
        for place, one in enumerate(sentences, start=1)
    )


def in_words(
    said: Sentence | Iterable[Sentence] | None,
    language: Language = ENGLISH,
    mark: Mark | None = None,
) -> str:
    """One sentence or several in `language`, none as ""; `mark` gives numbers their provenance."""
    if said is None:
        return ""
    if not isinstance(said, Sentence):
        return " ".join(in_words(one, language, mark) for one in said)
    words = {value.name: _written(value, language, mark) for value in said.values}
    if not said.plural:
        return language.say(said.message, **words)
    number = int(said.values[0].number or 0)
    return language.say_n(said.message, said.plural, number, **words)


def _written(value: Value, language: Language, mark: Mark | None) -> str:
    if value.form == "text":
        return language.label(value.text)
    if value.form == "texts":
        parts = value.text.split("; ")
        return "; ".join(language.labels.get(part) or language.gettext(part) for part in parts)
    if value.form == "word":
        translated = language.gettext(value.text)
        return language.label(value.text) if translated == value.text else translated
    if value.form == "printed":
        return language.written(value.text)
    if value.form == "sentence":
        return in_words(Sentence(value.text, value.values), language, mark)
    printed = _number(value.form, value.number, language.numbers)
    return mark(printed, value.key) if mark and value.key else printed


def _number(form: str, number: float | None, style: formats.NumberStyle) -> str:
    if form == "count":
        return formats.number(number, 0, style)
    if form == "percent":
        return formats.percent(number, 0, style)
    if form == "levels":
        return levels(int(number or 0))
    if form == "p":
        return formats.p_value(number, style)
    if form == "ratio":
        return formats.positive(number, style)
    return formats.estimate(form, number, style)


def levels(number: int) -> str:
    """A change of certainty in levels: "−1", "0", "+2"."""
    return f"+{number}" if number > 0 else formats.number(number, 0)
