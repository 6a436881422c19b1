"""Text as LaTeX source that prints it letter by letter, whatever it holds."""

import re

_COMMANDS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "\u00a0": "~",
    "\u202f": r"\,",
    "\u2009": r"\,",
    "\u00ad": r"\-",
    "\u2011": r"\mbox{-}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "„": r"\quotedblbase{}",
    "…": r"\ldots{}",
    "•": r"\textbullet{}",
    "†": r"\textdagger{}",
    "‡": r"\textdaggerdbl{}",
    "§": r"\S{}",
    "©": r"\textcopyright{}",
    "®": r"\textregistered{}",
    "°": r"\textdegree{}",
    "€": r"\texteuro{}",
}
_FORMULAS = {
    **{"−": "-", "×": r"\times", "·": r"\cdot", "±": r"\pm", "÷": r"\div", "√": r"\surd"},
    **{"≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "∞": r"\infty", "¬": r"\neg"},
    **{"←": r"\leftarrow", "→": r"\rightarrow", "↔": r"\leftrightarrow", "∈": r"\in"},
    **{"●": r"\bullet", "○": r"\circ", "■": r"\bullet", "□": r"\circ", "∑": r"\sum", "∫": r"\int"},
    **{"α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon"},
    **{
        "∝": r"\propto",
        "∏": r"\prod",
        "∂": r"\partial",
        "½": r"\frac12",
        "η": r"\eta",
        "ν": r"\nu",
    },
    **{"θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "µ": r"\mu", "π": r"\pi"},
    **{"ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\varphi", "χ": r"\chi", "ω": r"\omega"},
    **{"Γ": r"\Gamma", "Δ": r"\Delta", "Π": r"\Pi", "Σ": r"\Sigma", "Φ": r"\Phi", "Ω": r"\Omega"},
}
_RAISED = {**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)), "⁺": "+", "⁻": "-", "ⁿ": "n"}
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)) | {"ᵢ": "i", "ⱼ": "j", "ₖ": "k"}
_LETTERS = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿĂăĄąĆćČčĎďĘęĚěĞğŁłŃńŇňŐőŒœŔŕŘřŚśŞşŠšŢţ"
    "ŤťŮůŰűŸŹźŻżŽž"
)
"""Those beyond ASCII that the fonts of every LaTeX have (T1)."""
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;()\[\]/*+=!?@-]")


def escaped(words: str) -> str:
    """Text that LaTeX prints as it stands; breaks of lines are blanks.

    A letter that the fonts of pdfTeX lack is named there by its number, and printed by others.
    """
    letters = map(_letter, re.sub(r"\s*[\n\r\t\v\f\u2028\u2029]\s*", " ", words))
    return re.sub(r"([-,])(?=\1)", r"\1{}", "".join(letters))  # two hyphens are no dash


def _letter(one: str) -> str:
    if _PLAIN.fullmatch(one) or one in _LETTERS:
        return one
    if one in _COMMANDS:
        return _COMMANDS[one]
    if one in _FORMULAS:
        return rf"\ensuremath{{{_FORMULAS[one]}}}"
    if one in _RAISED:
        return rf"\textsuperscript{{{_RAISED[one]}}}"
    if one in _LOWERED:
        return rf"\ensuremath{{_{{\mathrm{{{_LOWERED[one]}}}}}}}"
    if not one.isprintable():
        return f"[U+{ord(one):04X}]"
    return rf"\reviewletter{{{ord(one):04X}}}{{{one}}}"


def target_name(anchor: str) -> str:
    """An anchor as the name of a target: of letters, digits and hyphens, no two the same."""
    return re.sub(r"[^A-Za-z0-9-]", lambda found: f".{ord(found[0]):x}.", anchor)
