"""The page as readers meet it: by mouse or keyboard, in the dark, on a phone, without script."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from .conftest import Opened

pytestmark = pytest.mark.slow

Open = Callable[..., Opened]
KEY = "acr20_w24.primary.estimate"
NUMBER = f'a.n[data-key="{KEY}"]'


def settle(page: Page) -> None:
    page.wait_for_function("document.readyState === 'complete'")


def test_the_article_is_under_a_megabyte_and_its_supplement_under_three(
    pages: dict[str, Path],
) -> None:
    assert {"main", "supplement"} <= set(pages)
    for name, path in pages.items():
        limit = 3_000_000 if name.startswith("supplement") else 1_000_000
        assert path.stat().st_size < limit, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_fetched_and_the_console_is_silent(
    open_page: Open, pages: dict[str, Path], scheme: str
) -> None:
    for language, path in pages.items():
        view = open_page(language, color_scheme=scheme)
        settle(view.page)
        view.page.locator("a.n").first.click()
        asked = [url for url in view.asked if not url.startswith("data:font/")]
        assert asked == [path.as_uri()]
        assert view.said == []


def test_the_policy_lets_nothing_in_but_the_page_itself(open_page: Open) -> None:
    view = open_page()
    policy = view.page.locator("meta[http-equiv]").get_attribute("content") or ""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for kind in ("script-src", "style-src"):
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]+'", rules[kind]), kind
    view.page.evaluate("document.body.append(document.createElement('script'))")
    blocked = view.page.evaluate(
        """() => new Promise((done) => {
          document.addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective));
          const script = document.createElement('script');
          script.textContent = 'window.ran = true';
          document.body.append(script);
          setTimeout(() => done('nothing'), 2000);
        })"""
    )
    assert blocked == "script-src-elem"
    assert view.page.evaluate("window.ran") is None


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_no_violation(
    open_page: Open, pages: dict[str, Path], scheme: str, width: int
) -> None:
    for language in pages:
        page = open_page(
            language, color_scheme=scheme, viewport={"width": width, "height": 900}
        ).page
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.locator("main p a.n").first.click()
        found = Axe().run(page, context={"include": [["#origin"]]})
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_does_not_scroll_sideways(
    open_page: Open, pages: dict[str, Path], width: int
) -> None:
    for language in pages:
        page = open_page(language, viewport={"width": width, "height": 800}).page
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.locator("main p a.n").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        box = page.locator("#origin").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_on_a_phone_forest_plots_stand_in_pieces_beside_their_names(open_page: Open) -> None:
    page = open_page(viewport={"width": 375, "height": 800}).page
    plots = page.locator("figure:has(svg[data-pieces])")
    for plot in plots.all():
        for row in plot.locator(".narrow .row").all():
            names, beside = (part.bounding_box() for part in row.locator("> svg").all())
            assert names is not None
            assert beside is not None
            assert 0 <= names["x"] < names["x"] + names["width"] <= beside["x"] + 1
            assert beside["x"] + beside["width"] <= 375
    figure = page.locator("#fig-acr20_w24")
    effect = figure.locator(".narrow .row").first.get_by_text("1.84", exact=True)
    box = effect.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] < 375
    assert box["height"] > 9  # its letters are read without a lens
    click_middle(effect)
    expect(page.locator("#origin")).to_contain_text("1.84")
    page.keyboard.press("Escape")
    figure.get_by_role("button", name="Enlarge").click()
    expect(figure.locator(".narrow")).to_be_hidden()
    expect(figure.locator(".plot > svg")).to_be_visible()


def test_on_a_phone_nothing_of_a_table_or_of_a_figures_notes_is_out_of_sight(
    open_page: Open, pages: dict[str, Path]
) -> None:
    """Rows of many columns are cards, and what a forest plot says below it is wrapped text."""
    for language in pages:
        page = open_page(language, viewport={"width": 375, "height": 800}).page
        hidden = page.evaluate(
            """() => [...document.querySelectorAll(
                'caption, .caption, .stacked td, .stacked th, .narrow p')]
              .filter((part) => !part.closest('thead') && part.offsetParent)
              .filter((part) => part.getBoundingClientRect().right > 375)
              .map((part) => part.textContent.trim().slice(0, 60))"""
        )
        assert hidden == []
        wide = page.locator("table:not(.stacked)").evaluate_all(
            "(all) => all.filter((one) => one.tHead.rows[0].cells.length > 3).map((one) => one.id)"
        )
        assert wide == []
        labels = page.locator(".stacked tbody td:not(:empty)").evaluate_all(
            "(all) => all.filter((one) => !('label' in one.dataset)).length"
        )
        assert labels == 0


def test_a_number_opens_its_origin_by_keyboard_and_gives_the_focus_back(open_page: Open) -> None:
    page = open_page().page
    number, box = page.locator(f"main p {NUMBER}").first, page.locator("#origin")
    number.focus()
    expect(number).to_have_attribute("role", "button")
    expect(number).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(box).to_be_visible()
    expect(box).to_be_focused()
    expect(box).to_have_attribute("role", "dialog")
    expect(number).to_have_attribute("aria-expanded", "true")
    expect(box).to_contain_text("REML")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(number).to_be_focused()
    expect(number).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Space")
    expect(box).to_be_visible()


def test_arrows_lead_from_a_pooled_estimate_to_a_raw_cell_and_its_quote(open_page: Open) -> None:
    page = open_page().page
    box = page.locator("#origin")
    page.locator(f"main p {NUMBER}").first.focus()
    page.keyboard.press("Enter")
    seen = []
    for _ in range(12):
        seen.append(box.locator("#origin-label").text_content())
        if box.locator("code", has_text="results.csv").count():
            break
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
    code, quote = box.locator("code").inner_text(), box.locator("q").inner_text()
    assert re.fullmatch(r"trials/\w+/results\.csv, row \d+, events", code)
    assert len(quote) > 20
    depth = len(seen)
    assert depth > 2
    for _ in range(depth - 1):
        page.keyboard.press("ArrowLeft")
    assert box.locator("#origin-label").text_content() == seen[0]


def test_every_number_opens(open_page: Open) -> None:
    """Each key's origin is drawn without an error and says something."""
    view = open_page()
    empty = view.page.evaluate(
        """() => [...new Map([...document.querySelectorAll('a.n')]
            .map((n) => [n.dataset.key, n])).values()]
          .filter((n) => { const press = () => n.dispatchEvent(
              new MouseEvent('click', { bubbles: true, cancelable: true }));
            press();
            const box = document.getElementById('origin');
            const said = box.querySelector('.origin-label').textContent.length > 2
              && box.querySelectorAll('code, .origin-input').length > 0;
            press();
            return !said || !box.hidden; })
          .map((n) => n.dataset.key)"""
    )
    assert empty == []
    assert view.said == []


def test_one_click_leads_from_a_number_to_the_sentence_that_states_it(open_page: Open) -> None:
    """All but counts of the review's own tables, its declared choices and what nobody is quoted on.

    These are the years of publication, and the length of a trial that is stated in months.
    """
    silent = open_page().page.evaluate(
        """() => [...new Map([...document.querySelectorAll('a.n')]
            .map((n) => [n.dataset.key, n])).values()]
          .filter((n) => {
            const press = () => n.dispatchEvent(
              new MouseEvent('click', { bubbles: true, cancelable: true }));
            press();
            const quoted = document.querySelector('#origin q') !== null;
            press();
            return !quoted; })
          .map((n) => n.dataset.key)"""
    )
    told = [
        key for key in silent if not re.match(r"(review\.|config/|trials/\w+/study/\d+/year)", key)
    ]
    assert told == ["trials/fleischmann2003/study/2/duration_weeks"]


def test_a_click_elsewhere_closes_and_another_number_takes_over(open_page: Open) -> None:
    page = open_page().page
    numbers, box = page.locator("main p:not(.words) a.n"), page.locator("#origin")
    numbers.first.click()
    first = box.inner_text()
    numbers.last.click()
    expect(box).to_be_visible()
    assert box.inner_text() != first
    page.locator("h1").click()
    expect(box).to_be_hidden()


def test_the_numbers_of_a_table_are_one_stop_and_arrows_move_among_them(open_page: Open) -> None:
    page = open_page("supplement").page
    numbers = page.locator("#table-summary a.n")
    assert page.locator("#table-summary a:not([tabindex='-1'])").count() == 0
    assert page.locator("#table-summary button:not([tabindex='-1'])").count() == 1
    numbers.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(numbers.nth(1)).to_be_focused()
    expect(numbers.nth(1)).to_have_attribute("tabindex", "0")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    below = page.locator("#table-summary tbody tr").nth(1).locator("td").first.locator("a.n")
    expect(below).to_be_focused()


STOPS = """() => [...document.querySelectorAll('*')]
  .filter((e) => e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }))"""


def test_the_article_has_few_stops_of_the_tab_key_and_each_link_is_reached(
    open_page: Open,
) -> None:
    for language in ("main", "pl"):
        page = open_page(language).page
        assert 10 < page.evaluate(f"({STOPS})().length") < 80
        met = page.evaluate(
            f"""() => {{
              const press = (e, key) => e.dispatchEvent(
                new KeyboardEvent('keydown', {{ key, bubbles: true, cancelable: true }}));
              const met = new Set();
              for (const stop of ({STOPS})()) {{
                stop.focus();
                press(stop, 'Home');
                for (let last; last !== document.activeElement;) {{
                  last = document.activeElement;
                  met.add(last);
                  press(last, 'ArrowRight');
                }}
              }}
              return [...document.querySelectorAll('a[href], button, summary, input')]
                .filter((e) => e.checkVisibility() && !met.has(e)).map((e) => e.outerHTML); }}"""
        )
        assert met == []


def test_the_tab_key_skips_to_the_results_and_says_what_the_arrows_do(open_page: Open) -> None:
    page = open_page().page
    keys = page.locator(".keys")
    for _ in range(2):
        page.keyboard.press("Tab")
        box = keys.bounding_box()
        assert box
        assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#results")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    box = keys.bounding_box()
    assert box
    assert box["x"] < 0


def test_without_script_every_link_is_a_stop_and_no_key_is_promised(open_page: Open) -> None:
    page = open_page(java_script_enabled=False).page
    assert page.locator("a[tabindex]").count() == 0
    assert page.locator(".keys").is_hidden()


def column(page: Page, table: str, number: int) -> list[str]:
    return page.locator(f"#{table} tbody tr > :nth-child({number})").all_inner_texts()


def test_a_table_sorts_by_numbers_both_ways_and_back(open_page: Open) -> None:
    page = open_page("supplement").page
    header = page.locator("#table-summary thead th").nth(1)
    before = column(page, "table-summary", 1)
    button = header.locator("button")
    button.focus()
    for direction in ("ascending", "descending"):
        page.keyboard.press("Enter")
        expect(header).to_have_attribute("aria-sort", direction)
        values = [int(text) for text in column(page, "table-summary", 2) if text.isdigit()]
        assert values == sorted(values, reverse=direction == "descending")
        assert len(set(values)) > 1
    page.keyboard.press("Enter")
    expect(header).not_to_have_attribute("aria-sort", re.compile(".*"))
    assert column(page, "table-summary", 1) == before


def test_what_is_missing_sorts_last_and_rows_stay_in_their_group(open_page: Open) -> None:
    page = open_page("supplement").page
    for _ in range(2):
        page.locator("#table-summary thead th").nth(5).locator("button").click()
        shown = column(page, "table-summary", 6)
        assert shown[-1] == "not estimable"
    groups = page.locator("#table-arms tr.group").all_inner_texts()
    page.locator("#table-arms thead th").nth(0).locator("button").click()
    assert page.locator("#table-arms tr.group").all_inner_texts() == groups


def test_tables_and_figures_can_be_saved(open_page: Open, tmp_path: Path) -> None:
    page = open_page("supplement").page
    with page.expect_download() as saving:
        page.locator(".table:has(#table-summary) .tools a").click()
    assert saving.value.suggested_filename == "table-summary.csv"
    rows = list(csv.reader(io.StringIO(Path(saving.value.path()).read_text("utf-8-sig"))))
    assert len(rows) == page.locator("#table-summary tbody tr").count() + 1
    assert rows[1][0] == column(page, "table-summary", 1)[0]
    page = open_page().page
    with page.expect_download() as saving:
        page.locator("#fig-acr20_w24 .tools button").first.click()
    assert saving.value.suggested_filename == "fig-acr20_w24.svg"
    root = ElementTree.parse(saving.value.path()).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    style = root.find("{http://www.w3.org/2000/svg}style")
    assert style is not None
    assert "@font-face" in (style.text or "")


def test_without_script_numbers_lead_to_their_data_and_tables_can_be_saved(
    open_page: Open,
) -> None:
    number = open_page().page.locator(f"main p {NUMBER}").first.get_attribute("data-n")
    page = open_page(java_script_enabled=False).page
    page.locator(f'main p a.n[data-n="{number}"]').first.click()
    assert page.url.endswith("/supplement.html#table-inputs_acr20_w24")
    expect(page.locator("#table-inputs_acr20_w24")).to_be_in_viewport()
    page.locator("#table-inputs_acr20_w24 tbody tr").first.locator("td a.n").first.click()
    assert re.search(r"#row-\w+-\d+$", page.url)
    with page.expect_download() as saving:
        page.locator(".table:has(#table-summary) .tools a").click()
    assert "ACR20" in Path(saving.value.path()).read_text("utf-8-sig")
    expect(page.locator("figure .tools").first).to_be_hidden()


def test_every_link_within_the_page_has_its_goal_and_every_id_is_one(
    open_page: Open, pages: dict[str, Path]
) -> None:
    for language in pages:
        page = open_page(language, java_script_enabled=False).page
        goals = page.locator("a[href^='#']").evaluate_all(
            "all => all.map((a) => a.getAttribute('href').slice(1))"
        )
        ids = page.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
        assert len(ids) == len(set(ids))
        assert set(goals) <= set(ids)


def test_every_link_to_the_other_document_has_its_goal_there(pages: dict[str, Path]) -> None:
    ids = {
        path.name: set(re.findall(r' id="([^"]+)"', path.read_text())) for path in pages.values()
    }
    for path in pages.values():
        links = set(re.findall(r'href="([\w.]+\.html)#([^"]*)"', path.read_text()))
        assert len({file for file, _ in links}) == 1
        assert len(links) > 10
        for file, goal in links:
            assert file != path.name
            assert goal in ids[file], f"{path.name}: {file}#{goal}"


def test_the_contents_follow_the_reader(open_page: Open) -> None:
    page = open_page().page
    links = page.locator("nav a")
    links.last.click()
    expect(links.last).to_have_attribute("aria-current", "location")
    assert page.locator("nav a[aria-current]").count() == 1
    page.evaluate("window.scrollTo(0, 0)")
    expect(links.first).to_have_attribute("aria-current", "location")


def test_on_paper_there_is_the_text_and_nothing_to_press(open_page: Open) -> None:
    page = open_page().page
    page.locator(NUMBER).first.click()
    page.emulate_media(media="print")
    for what in ("nav", ".tools a", "#origin"):
        expect(page.locator(what).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


def click_middle(number: Locator) -> None:
    """A click in the middle of a number that is drawn."""
    number.scroll_into_view_if_needed()
    x, y = number.evaluate(
        """(n) => { const r = n.getBoundingClientRect();
          return [r.x + r.width / 2, r.y + r.height / 2]; }"""
    )
    number.page.mouse.click(x, y)


def test_the_numbers_of_a_forest_plot_open_by_mouse_and_keyboard(open_page: Open) -> None:
    view = open_page()
    page, box = view.page, view.page.locator("#origin")
    numbers = page.locator("#fig-acr20_w24 svg a.n")
    click_middle(numbers.first)
    expect(box).to_contain_text("trials/bao2011/results.csv")
    page.keyboard.press("Escape")
    expect(numbers.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(numbers.nth(1)).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#fig-acr20_w24 svg")).to_have_attribute("role", "group")
    assert view.said == []


@pytest.mark.parametrize(
    ("document", "place", "printed", "says"),
    [
        ("supplement", "#fig-flow", "4", "Studies included in the review"),
        ("main", "#fig-acr20_w24", "0.00", "Tau², the variance between trials"),
        ("supplement", "#fig-all_leave_one_out", "2", "Trials pooled"),
        ("supplement", "#fig-acr20_w24-multiverse", "317", "Analyses"),
        ("main", "#fig-summary", "3", "Trials pooled"),
    ],
)
def test_a_statistic_in_a_figure_opens_its_origin(
    open_page: Open, document: str, place: str, printed: str, says: str
) -> None:
    """By a click, and by the keyboard alone: the figure is one stop, arrows lead to the number."""
    view = open_page(document)
    page, box = view.page, view.page.locator("#origin")
    number = page.locator(f"{place} svg a.n").get_by_text(printed, exact=True).first
    click_middle(number)
    expect(box).to_be_visible()
    expect(box.locator("#origin-label")).to_contain_text(says, ignore_case=True)
    assert box.locator("code, .origin-rows li").count() or box.locator(".origin-input").count()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.locator(f"{place} svg a.n").first.focus()
    for _ in range(200):
        if number.evaluate("(n) => n === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(box.locator("#origin-label")).to_contain_text(says, ignore_case=True)
    expect(number).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(number).to_be_focused()
    assert view.said == []


def test_a_count_of_the_flow_diagram_leads_to_its_cell_and_quotation(open_page: Open) -> None:
    page = open_page("supplement").page
    box = page.locator("#origin")
    click_middle(page.locator('#fig-flow svg a.n[data-key="flow.studies"]'))
    expect(box).to_contain_text("flow.csv, row 5")
    box.locator(".origin-input").first.click()
    expect(box).to_contain_text("flow.csv, row 5, count")
    expect(box).to_contain_text("the search produced a total of 3 randomized clinical trials")


def test_the_figure_in_words_opens_the_same_numbers(open_page: Open) -> None:
    page = open_page().page
    page.locator("#fig-acr20_w24 summary").click()
    number = page.locator("#fig-acr20_w24 .words a.n[data-key='acr20_w24.primary.tau2']")
    number.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#origin-label")).to_contain_text("tau², the variance")
    stops = page.locator("#fig-acr20_w24 .words a.n[tabindex='0'], .words a.n:not([tabindex])")
    assert page.locator("#fig-acr20_w24 .words a.n").count() > stops.count()


def test_a_saved_figure_names_its_numbers(open_page: Open, tmp_path: Path) -> None:
    page = open_page().page
    with page.expect_download() as saving:
        page.locator("#fig-acr20_w24 .tools button").first.click()
    saving.value.save_as(tmp_path / "figure.svg")
    root = ElementTree.parse(tmp_path / "figure.svg").getroot()
    svg = "{http://www.w3.org/2000/svg}"
    named = {part.get("data-key"): part.text for part in root.iter(f"{svg}tspan")}
    assert named["acr20_w24.primary.tau2"] == "0.00"
    assert not list(root.iter(f"{svg}a"))


def test_every_statement_that_does_not_stand_is_in_the_article_under_its_verdict(
    pages: dict[str, Path],
) -> None:
    path = pages["main"]
    audited = json.loads((path.parents[1] / "tables/claims.json").read_text("utf-8"))
    text = path.read_text("utf-8")
    table = re.search(
        r'<table[^>]*id="table-audit_findings".*?</table>|id="table-audit_findings".*?</table>',
        text,
        re.S,
    )
    assert table
    rows = re.findall(r"<tr.*?</tr>", table[0], re.S)
    verdict, found = "", dict[str, list[str]]()
    for row in rows[1:]:
        plain = re.sub(r"<[^>]*>", "", row).strip()
        linked = re.findall(r'#claim-([\w.-]+)"[^>]*>“', row.split("</td>")[0])
        if not linked:
            verdict = plain[:1].lower() + plain[1:]
        found.setdefault(verdict, []).extend(linked)
    told = {
        name: {item["quote"] for item in audited if item["claim_id"] in ids}
        for name, ids in found.items()
        if ids
    }
    asked: dict[str, set[str]] = {}
    for item in audited:
        if item["verdict"] not in ("reproduced", "cannot be checked"):
            asked.setdefault(item["verdict"], set()).add(item["quote"])
    assert told == asked
    assert len(rows) < sum(item["verdict"] in asked for item in audited)
