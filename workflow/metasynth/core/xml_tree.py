"""XML as a tree of elements with their lines; a document type, and so any entity, is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from metasynth.core.foreign_files import FileRefused
from metasynth.core.text_files import one_line

_DEEPEST = 100
_MOST_ELEMENTS, _MOST_TEXTS = 2_000_000, 20_000_000
"""Elements; pieces of text, each counted once for every element that it is within."""


@dataclass(slots=True)
class Node:
    """An element: its name, attributes, line, children, and all text within."""

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list["Node"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        """An attribute on one line; blank where there is none."""
        return one_line(self.attributes.get(attribute, ""))

    def child(self, name: str) -> "Node | None":
        """The first child of a name."""
        return next((node for node in self.children if node.name == name), None)

    def text(self, name: str) -> str:
        """The text of the first child of a name, on one line; blank where there is none."""
        found = self.child(name)
        return one_line(" ".join(found.texts)) if found else ""

    def all(self, *names: str) -> Iterator["Node"]:
        """Every element of these names within, in the order of the file."""
        for node in self.children:
            if node.name in names:
                yield node
            yield from node.all(*names)


def parsed(content: bytes, called: str) -> Node:
    """The root of an XML document without document type.

    Raises:
        FileRefused: when it is not well formed, or has a document type.
    """
    root = Node("", {}, 0)
    open_nodes = [root]
    parser = expat.ParserCreate()
    elements = texts = 0

    def grow(elements_more: int, texts_more: int) -> None:
        nonlocal elements, texts
        elements, texts = elements + elements_more, texts + texts_more
        if elements > _MOST_ELEMENTS or texts > _MOST_TEXTS:
            raise FileRefused(f"{called} has more elements than can be read")

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_nodes) > _DEEPEST:
            raise FileRefused(f"{called}: elements nested more than {_DEEPEST} deep")
        grow(1, 0)
        node = Node(name, attributes, parser.CurrentLineNumber)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def text(words: str) -> None:
        grow(0, len(open_nodes))
        for node in open_nodes[1:]:
            node.texts.append(words)

    def end(_name: str) -> None:
        open_nodes.pop()

    def refuse(*_: object) -> None:
        raise FileRefused(
            f"{called} declares a document type, which is not read, as it could name other files"
        )

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise FileRefused(f"{called} is no XML file: {error}") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused(f"{called} is in an encoding that is not known: {error}") from error
    return root.children[0]
