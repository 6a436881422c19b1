"""Write config/README.md from the schema that checks config.yaml, and from docs/recipes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.json"
RECIPES = ROOT / "docs" / "recipes"
MANUAL = ROOT / "config" / "README.md"

_HEAD = """# config.yaml

<!-- Made by docs/make_config.py from the schema and docs/recipes; edit those, not this. -->

The choices of a review: what is compared, how it is pooled, what is reported. Numbers stand in the
tables ([docs/tables.md](../docs/tables.md)), prose in `data/text`. Everything is checked before
anything runs: `metasynth validate`.

An editor that knows YAML schemas (VS Code with its YAML extension, for instance) completes keys and
explains them where the first line of config.yaml is

```yaml
# yaml-language-server: $schema=config.schema.json
```

`metasynth new` writes that line and the schema. After an update,
`metasynth schema > config.schema.json` writes the schema anew.

The config.yaml beside this page is what a new review begins with.

## In a folder of its own

`snakedeploy deploy-workflow <address> <folder> --tag <version>` makes a folder with a copy of this
one and a `workflow/Snakefile` that takes all rules of this workflow as a module. The rules call a
Python package, which has to be installed at the same version:
`pip install git+<address>@<version>`.
`config/config.yaml` is then the file of choices; `data` and `text` are found from the folder where
Snakemake runs. `metasynth new` in another folder shows what belongs into them.

"""
_RECIPES = """## Recipes

Each is a part of config.yaml, and is loaded with small tables by the tests. What it leaves out
stays as `metasynth new` writes it.

"""


def manual(schema: dict[str, Any], recipes: list[str]) -> str:
    """The manual's Markdown, from the schema and the texts of the recipes."""
    keys = list(_keys(schema, schema, ()))
    parts = [_HEAD, "## Keys\n\n", _table(keys), "\n", *(_section(*key) for key in keys)]
    return "".join([*parts, _RECIPES, *map(_recipe, recipes)])


Key = tuple[tuple[str, ...], dict[str, Any], bool]
"""The path of a key, its schema with what it refers to, and whether it must be there."""


def _keys(root: dict[str, Any], node: dict[str, Any], path: tuple[str, ...]) -> Iterator[Key]:
    for name, child in node.get("properties", {}).items():
        whole = _resolved(root, child)
        yield (*path, name), whole, name in node.get("required", ())
        yield from _keys(root, whole, (*path, name))
    free = node.get("additionalProperties")
    if isinstance(free, dict):
        whole = _resolved(root, free)
        yield (*path, "NAME"), whole, False
        yield from _keys(root, whole, (*path, "NAME"))


def _resolved(root: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    return {**root["$defs"][node["$ref"].rsplit("/", 1)[-1]], **node}


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path)


def _anchor(path: tuple[str, ...]) -> str:
    return "-".join(path).lower()


def _table(keys: list[Key]) -> str:
    rows = (
        f"| [`{_dotted(path)}`](#{_anchor(path)}) | {'yes' if must else ''} | {_default(node)} |\n"
        for path, node, must in keys
    )
    return "| key | must | default |\n| --- | --- | --- |\n" + "".join(rows)


def _default(node: dict[str, Any]) -> str:
    return f"`{_inline(node['default'])}`" if "default" in node else ""


def _inline(value: object) -> str:
    """A value as it stands in config.yaml; texts that YAML would read otherwise are quoted."""
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, str) and (not value or value[0].isdigit() or set(value) & set(":#{}[],")):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _section(path: tuple[str, ...], node: dict[str, Any], must: bool) -> str:
    lines = [f'<a id="{_anchor(path)}"></a>\n**`{_dotted(path)}`**', f" {node['description']}"]
    lines.append(f" *{_kind(node)}{', required' if must else ''}.*")
    if "default" in node:
        lines.append(f" Default: `{_inline(node['default'])}`.")
    if "x-when" in node:
        lines.append(f" *When:* {node['x-when'].rstrip('.')}.")
    if "examples" in node:
        lines.append(f" *Example:* `{path[-1]}: {_inline(node['examples'][0])}`")
    return "".join(lines) + "\n\n" + _values(node)


_KINDS = {"string": "text", "integer": "whole number", "number": "number",
          "boolean": "true or false", "array": "list", "object": "keys below it"}  # fmt: skip


def _kind(node: dict[str, Any]) -> str:
    if "anyOf" in node:
        return str(node.get("x-kind", "the keys of the review's own, or none"))
    return "one of the values below" if "enum" in node else _KINDS[node["type"]]


def _values(node: dict[str, Any]) -> str:
    if "enum" in node:
        words = node["enumDescriptions"]
        rows = [f"- `{v}`: {text}" for v, text in zip(node["enum"], words, strict=True)]
        return "\n".join(rows) + "\n\n"
    if "enum" in node.get("items", {}):
        return f"Values: {', '.join(f'`{value}`' for value in node['items']['enum'])}.\n\n"
    return ""


def _recipe(text: str) -> str:
    lines = text.splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    body = "\n".join(line for line in lines if not line.startswith("# "))
    return f"### {remarks[0]}\n\n" + "\n".join(remarks[1:]) + f"\n\n```yaml\n{body}\n```\n\n"


def sources() -> tuple[dict[str, Any], list[str]]:
    """The schema, and the recipes in their order."""
    texts = [path.read_text("utf-8") for path in sorted(RECIPES.glob("*.yaml"))]
    return json.loads(SCHEMA.read_text("utf-8")), texts


if __name__ == "__main__":
    MANUAL.write_text(manual(*sources()).rstrip() + "\n", encoding="utf-8")
