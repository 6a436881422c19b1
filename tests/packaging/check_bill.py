"""Check the bill of materials by CycloneDX's own JSON schema, which cyclonedx-python-lib carries.

    uv run --no-project --with cyclonedx-python-lib==11.* --with jsonschema \
      python tests/packaging/check_bill.py

That package's own check takes minutes for thousands of addresses, which this one leaves alone.
"""

import copy
import json
import sys
from pathlib import Path

import cyclonedx.schema
from jsonschema import Draft7Validator
from referencing import Registry, Resource

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(cyclonedx.schema.__file__).parent / "_res"
sys.path.insert(0, str(ROOT / "workflow"))


def checker() -> Draft7Validator:
    """What checks a bill of CycloneDX 1.6."""
    names = ("bom-1.6", "spdx", "jsf-0.82")
    texts = [(SCHEMAS / f"{name}.SNAPSHOT.schema.json").read_text("utf-8") for name in names]
    schemas = [json.loads(text) for text in texts]
    known = [(one["$id"], Resource.from_contents(one)) for one in schemas]
    return Draft7Validator(schemas[0], registry=Registry().with_resources(known))


def main() -> str:
    """What is wrong with it, or nothing."""
    from metasynth.archive import bill

    made, check = json.loads(bill.bill((ROOT / "uv.lock").read_text("utf-8"))), checker()
    wrong = copy.deepcopy(made)
    wrong["components"][0]["type"] = "no kind"
    if check.is_valid(wrong):
        return "a wrong bill was taken for a right one"
    return "\n".join(f"{one.json_path}: {one.message[:200]}" for one in check.iter_errors(made))


if __name__ == "__main__":
    sys.exit(main() or 0)
