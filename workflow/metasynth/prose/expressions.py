"""The small language between braces: names, their parts, filters and comparisons, and no more.

It is the part of Jinja's that texts need, read here by Python's own parser: that takes a
thousandth of a second where Jinja's would first have to be loaded, and what is not read here is not
allowed, so nothing in a text can take long, or reach what is none of its business.
"""

import ast
import re
import warnings
from collections.abc import Mapping
from functools import lru_cache

from metasynth.core.faults import nearest
from metasynth.prose.values import ANYTHING, NUMBER, TEXT, Slip, called, items, part, unknown

Names = Mapping[str, object]

FILTERS = {
    **dict.fromkeys(("capitalize", "joined", "lowered", "stated", "join", "upper", "lower"), TEXT),
    **dict.fromkeys(("length", "count", "round", "abs", "int"), NUMBER),
    **dict.fromkeys(("list", "sort", "unique", "selectattr", "rejectattr"), None),
    **dict.fromkeys(("first", "last", "map", "default"), ANYTHING),
}
"""What may be done to a value, and what comes of it; None where it stays what it is."""
TESTS = frozenset({"defined", "none", "string", "number", "even", "odd"})
_STRING = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
_PREFIXED = re.compile(r"[A-Za-z]$")
_LONGEST = 2000
_SYNTAX = "names with their parts, and filters behind a bar"
_EXAMPLE = "write it as in {{ response.primary.estimate }} or {{ names | joined }}"


def evaluate(source: str, names: Names | None) -> object:
    """What an expression stands for; without `names` only its form is judged.

    Raises:
        Slip: for what cannot be read, is not allowed, or names nothing.
    """
    return _value(_parsed(source), names)


@lru_cache(maxsize=4096)
def _parsed(source: str) -> ast.expr:
    """The tree of an expression, read once: a review's languages name the same values."""
    pieces = _STRING.split(source)
    prefixed = any(_PREFIXED.search(piece) for piece in pieces[:-1:2])
    remarked = any("#" in piece for piece in pieces[::2])
    if prefixed or remarked or not source.strip() or len(source) > _LONGEST:
        raise Slip(source.strip(), _SYNTAX, _EXAMPLE)
    # Jinja joins texts by "~", which Python has no such sign for.
    joined = "".join(p if i % 2 else p.replace("~", "+") for i, p in enumerate(pieces))
    try:
        with warnings.catch_warnings(action="ignore"):  # such as "1if", of which Jinja makes two
            return ast.parse(f"({joined}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Slip(source.strip(), _SYNTAX, _EXAMPLE) from error


class _Source:
    """How a part of an expression is written, for whom it may concern."""

    def __init__(self, node: ast.expr):
        self._node = node

    def __str__(self) -> str:
        return ast.unparse(self._node)


def _value(node: ast.expr, names: Names | None) -> object:
    match node:
        case ast.Constant(str() | int() | float() | None as value):
            return value
        case ast.Name(name):
            return _named(name, names)
        case ast.Attribute(owner, name):
            return part(_value(owner, names), name, _Source(owner))
        case ast.Subscript(owner, ast.Constant(str() | int() as key)):
            return part(_value(owner, names), key, _Source(owner))
        case ast.Subscript(owner, key):
            _value(owner, names), _value(key, names)
            return ANYTHING
        case ast.Call(callee, arguments, []):
            function = _value(callee, names)
            given = [_value(argument, names) for argument in arguments]
            return called(function, given, _Source(node))
        case ast.BinOp(left, ast.BitOr(), right):
            return _filtered(_value(left, names), right, names, _Source(left))
        case ast.BinOp(left, ast.Add(), right):
            _value(left, names), _value(right, names)
            return TEXT
        case ast.UnaryOp(ast.Not(), operand):
            _value(operand, names)
            return NUMBER
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float())):
            return NUMBER
        case ast.BoolOp(_, values):
            return [_value(value, names) for value in values][-1]
        case ast.Compare(left, [ast.Is() | ast.IsNot()], [test]):
            return _tested(left, test, names)
        case ast.Compare(left, _, others):
            for one in (left, *others):
                _value(one, names)
            return NUMBER
        case ast.IfExp(test, yes, no):
            _value(test, names), _value(no, names)
            return _value(yes, names)
        case ast.List(elements) | ast.Tuple(elements):
            return [_value(element, names) for element in elements]
    raise Slip(ast.unparse(node), _SYNTAX, _EXAMPLE)


def _named(name: str, names: Names | None) -> object:
    if names is None or name in ("true", "false", "none"):
        return ANYTHING
    if name not in names:
        raise unknown(name, name, names, "")
    return names[name]


def _filtered(value: object, node: ast.expr, names: Names | None, written: object) -> object:
    match node:
        case ast.Call(ast.Name(name), arguments, keywords):
            for given in (*arguments, *(keyword.value for keyword in keywords)):
                _value(given, names)
        case ast.Name(name):
            pass
        case _:
            raise Slip(ast.unparse(node), "the name of a filter behind the bar", _EXAMPLE)
    if name not in FILTERS:
        near = nearest(name, FILTERS)
        remedy = f"did you mean {near}?" if near else "use one of these"
        raise Slip(name, f"a filter ({', '.join(sorted(FILTERS))})", remedy)
    if name in ("joined", "list", "sort", "unique") and names is not None:
        items(value, written)
    made = FILTERS[name]
    return value if made is None else made


def _tested(left: ast.expr, test: ast.expr, names: Names | None) -> object:
    named = test.func if isinstance(test, ast.Call) else test
    word = "none" if isinstance(named, ast.Constant) else getattr(named, "id", "")
    if word not in TESTS:
        raise Slip(ast.unparse(test), f"a test ({', '.join(sorted(TESTS))})", _EXAMPLE)
    if word != "defined":
        _value(left, names)
    return NUMBER
