"""What the words of the tools for risk of bias mean, on one scale."""

LOW, SOME, HIGH, CRITICAL = range(4)

_RISKS = {
    "low": LOW,
    "some concerns": SOME,
    "unclear": SOME,
    "moderate": SOME,
    "high": HIGH,
    "serious": HIGH,
    "critical": CRITICAL,
}
"""The words of RoB 1, RoB 2 and ROBINS-I."""


def risk(judgement: str) -> int | None:
    """The risk that a tool's word means; words like "no information" mean none at all (None)."""
    words = " ".join(judgement.split()).lower()
    return _RISKS.get(words.removesuffix(" risk").removesuffix(" risk of bias"))


def is_overall(domain: str) -> bool:
    """Whether a domain is the overall judgement, which tools write in several ways."""
    return " ".join(domain.split()).lower().startswith("overall")
