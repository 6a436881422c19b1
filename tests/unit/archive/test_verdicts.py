"""What verification says of a result file that was made again."""

import pytest

from metasynth.core import verify


def verdict(name: str, old: str, new: str) -> tuple[str, list[str]]:
    return verify.compare(f"results/{name}", old.encode(), new.encode())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("a.csv", "k,estimate\n3,1.50\n", "k,estimate\n3,1.5\n"),
        ("a.csv", "k,estimate\n3,1.5\n", 'k,estimate\r\n"3",1.5e0\r\n'),
        ("a.json", '{"tau2": 0.5, "k": [1, 2]}', '{"k":[1,2.0],"tau2":5e-1}'),
        ("a.svg", '<path d="M 1 2"/>', "<path d='M 1.0 2'/>"),
        ("a.html", "tau² was −0.5", "tau² is -0.50"),
    ],
)
def test_the_same_numbers_in_other_bytes(name: str, old: str, new: str) -> None:
    assert verdict(name, old, new) == ("same numbers, other bytes", [])
    assert verdict(name, old, old) == ("identical", [])


@pytest.mark.parametrize(
    ("name", "old", "new", "where"),
    [
        (
            "a.csv",
            "outcome,estimate\nacr20,1.25\nacr50,2\n",
            "outcome,estimate\nacr20,1.25\nacr50,2.5\n",
            "row 3, estimate: 2.0 -> 2.5 (relative 0.2)",
        ),
        ("a.csv", "a,b\n1,2\n", "a,b\n1,2\n3,x\n", "row 3, a: nothing -> 3.0"),
        ("a.csv", "a,b\n1,2\n", "a,b\n1,\n", "row 2, b: 2.0 -> nothing"),
        (
            "a.json",
            '{"rows": [{"p": 0.04}, {"p": 0.05}]}',
            '{"rows": [{"p": 0.04}, {"p": -0.05}]}',
            "rows[1].p: 0.05 -> -0.05 (relative 2)",
        ),
        ("a.svg", "<a/>\n<b x='1'/>", "<a/>\n<b x='1e-3'/>", "line 2: 1.0 -> 0.001 (relative 1)"),
    ],
)
def test_where_numbers_differ_and_how_much(name: str, old: str, new: str, where: str) -> None:
    assert verdict(name, old, new) == ("numbers differ", [where])


def test_a_binary_file_is_not_said_to_have_the_same_numbers() -> None:
    verdict, _ = verify.compare("results/a.pdf", b"%PDF \xff 1", b"%PDF \xfe 1")
    assert verdict == "other bytes, numbers cannot be read"


OLD = {"results/a.csv": b"x\n1.0\n", "results/b.csv": b"x\n2\n"}


@pytest.mark.parametrize(
    ("made", "code", "told"),
    [
        ({}, verify.IDENTICAL, "2 identical"),
        ({"results/a.csv": b"x\n1\n"}, verify.OTHER_BYTES, "1 same numbers, other bytes"),
        ({"results/a.csv": b"x\n1.1\n"}, verify.DIFFERENT, "1 numbers differ"),
        ({"results/b.csv": None}, verify.DIFFERENT, "1 missing"),
        ({"results/c.csv": b""}, verify.DIFFERENT, "1 extra"),
        ({"results/a.csv": b"\xff"}, verify.DIFFERENT, "numbers cannot be read"),
    ],
)
def test_the_exit_code_says_the_worst(
    made: dict[str, bytes | None], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    new = {name: data for name, data in (OLD | made).items() if data is not None}
    assert verify.report(OLD, new) == code
    assert told in capsys.readouterr().out


def test_the_help_explains_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        verify.main(["--help"])
    text = capsys.readouterr().out
    codes = (verify.IDENTICAL, verify.OTHER_BYTES, verify.DIFFERENT, verify.DAMAGED)
    for code in (*codes, verify.UNSAFE, verify.NO_ENVIRONMENT, verify.NO_RUN):
        assert f"\n  {code}  " in text
