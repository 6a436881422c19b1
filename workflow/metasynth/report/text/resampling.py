"""What tests by resampling say, in a sentence."""

from metasynth.language.languages import Language, message
from metasynth.language.printed import Printed
from metasynth.model.resampling import PERMUTATION, WILD_BOOTSTRAP
from metasynth.report.text.names import stated

_WHOLE = {
    PERMUTATION: message("{what}: {p} by permutation, of all {n} permutations."),
    WILD_BOOTSTRAP: message("{what}: {p} by wild cluster bootstrap, of all {n} choices of signs."),
}
_DRAWN = {
    PERMUTATION: message("{what}: {p} by permutation, of {n} permutations that were drawn."),
    WILD_BOOTSTRAP: message(
        "{what}: {p} by wild cluster bootstrap, of {n} choices of signs that were drawn."
    ),
}


def resampling_said(
    what: str, kind: str, whole: bool, at: Printed, p: float, n: int, language: Language
) -> str:
    """The p-value of a test, and of how many resamplings it is.

    Parameters:
        what: is tested.
        kind: permutation or wild_bootstrap.
        whole: whether these are all that there are.
        at: where p and n stand.
        p: two-sided.
        n: resamplings.
        language: in which it is said.
    """
    text = (_WHOLE if whole else _DRAWN)[kind]
    said = stated(at.p("p_resampled", p), "p")
    return language.say(text, what=what, p=said, n=at.count("resamplings", n))
