"""What a number in print can stand for."""


def rounding(text: str) -> tuple[float, float]:
    """The numbers that a printed one can stand for: half a unit of its last decimal either way."""
    digits, _, exponent = text.lower().partition("e")
    half = 0.5 * 10 ** (int(exponent or 0) - len(digits.partition(".")[2]))
    return float(text) - half, float(text) + half
