"""When a page of the report is first seen: Chromium's paint timing, beside that of an empty page.

    python benchmarks/bench_paint.py results/report/review.html [page ...]

Each page is opened so many times in turn with an empty one, in one browser without a cache of
pages; what is printed are the medians in ms of first contentful paint and of the end of loading,
and how many kB of what the page is made of. Needs Chromium and the development dependencies.
"""

import argparse
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

EMPTY = "<!DOCTYPE html><html lang='en'><title>Empty</title><p>A word.</p></html>"
TIMES = """() => new Promise((done) => {
  const told = () => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    const [page] = performance.getEntriesByType('navigation');
    if (paint && page.loadEventEnd) done([paint.startTime, page.loadEventEnd]);
    else setTimeout(told, 5);
  };
  told();
})"""
PARTS = {
    "data": r'<script type="application/json"[^>]*>.*?</script>',
    "scripts": r"<script>.*?</script>",
    "fonts": r"url\([\"']?data:font/[^)]*\)",
    "figures": r"<svg.*?</svg>",
}


def opened(browser: Browser, page: Path) -> tuple[float, float]:
    """First contentful paint and the end of loading, in ms after the page was asked for."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    view = context.new_page()
    view.goto(page.as_uri())
    painted, loaded = view.evaluate(TIMES)
    context.close()
    return painted, loaded


def sizes(page: Path) -> str:
    """What the page is made of, in kB."""
    text = page.read_text("utf-8")
    found = {
        name: sum(len(part.encode()) for part in re.findall(of, text, re.DOTALL))
        for name, of in PARTS.items()
    }
    said = ", ".join(f"{name} {size / 1000:.0f}" for name, size in found.items())
    return f"{page.stat().st_size / 1000:.0f} kB ({said})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the medians of each page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--times", type=int, default=9)
    chosen = parser.parse_args(arguments)
    took = defaultdict[Path, list[tuple[float, float]]](list)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder, "empty.html")
        empty.write_text(EMPTY, encoding="utf-8")
        pages = [empty, *(page.resolve() for page in chosen.pages)]
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(chosen.times):
            for page in pages:
                took[page].append(opened(browser, page))
        for page in pages:
            painted, loaded = (median(of) for of in zip(*took[page], strict=True))
            print(f"{page.name:24} paint {painted:5.0f} ms, loaded {loaded:5.0f} ms, {sizes(page)}")
        browser.close()


if __name__ == "__main__":
    main()
