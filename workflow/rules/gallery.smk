# Needs: the raw tables of this repository's two reviews. Makes: every kind of figure on one page of
# the manual, when asked for by name.


def shown_in_gallery(wildcards):
    """Tables, choices and code that the page is made from."""
    folders = ("data", "tests/bcg", "workflow/metasynth", "workflow/report/locales")
    kinds = (".csv", ".yaml", ".py", ".po")
    found = [path for folder in folders for path in (PIPELINE / folder).rglob("*")]
    return sorted(str(path) for path in found if path.suffix in kinds)


rule gallery:
    input:
        shown_in_gallery,
        script=f"{PIPELINE}/docs/make_gallery.py",
    output:
        "docs/gallery/index.html",
    log:
        "logs/gallery.log",
    conda:
        "../../envs/metasynth.yaml"
    shell:
        "{PYTHON} {input.script:q} {output:q} 2> {log:q}"
