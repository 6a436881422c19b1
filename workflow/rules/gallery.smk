# Needs: the raw tables of this repository's two reviews. Makes: every kind of figure on one page of
# the manual, when asked for by name.


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
        commands.python("{input.script:q}") + " {output:q} 2> {log:q}"
