# ruff: noqa: E501, SIM905 - files are written as they are
"""Small made-up files in the three forms in which RevMan writes a review's analyses.

As in real ones, the columns and attributes of every other type of data hold 0.
"""

import csv
import io
import zipfile

ROWS = (
    "Analysis group,Analysis number,Analysis name,Subgroup,Applicability,Study,Study year,GIV Mean,"
    "GIV SE,Experimental mean,Experimental SD,Experimental cases,Experimental N,Control mean,"
    "Control SD,Control cases,Control N,O-E,Variance,Weight,Mean,CI start,CI end,Footnotes"
).split(",")
SETTINGS = (
    "Analysis group,Analysis number,Analysis name,Analysis group name,Data type,Log-scale data,"
    "Experimental group label,Control group label,Statistical method,Effect measure,Analysis model,"
    "Subgroup estimates,Overall estimates,Swap event and non-event"
).split(",")
ZEROS = ROWS[7:23]


def data_row(study, number, name, **numbers):
    """A row of data in which what is not given holds 0.0, as RevMan Web writes it."""
    given = dict.fromkeys(ZEROS, "0.0") | {"Experimental N": "0", "Control N": "0"}
    given |= {"Analysis group": "1", "Analysis number": number, "Analysis name": name}
    given |= {"Study": study} | {key.replace("_", " "): text for key, text in numbers.items()}
    return [given.get(column, "") for column in ROWS]


def setting(number, name, kind, measure, method="IV", model="Fixed effect", **more):
    """A row of settings."""
    given = {
        "Analysis group": "1",
        "Analysis number": number,
        "Analysis name": name,
        "Analysis group name": "Drug versus placebo",
        "Data type": kind,
        "Log-scale data": str(measure not in ("Mean Difference", "Risk Difference")).lower(),
        "Experimental group label": "Drug",
        "Control group label": "Placebo",
        "Statistical method": method,
        "Effect measure": measure,
        "Analysis model": model,
        "Overall estimates": "true",
        **{key.replace("_", " "): text for key, text in more.items()},
    }
    return [given.get(column, "") for column in SETTINGS]


def table(header, rows):
    """A CSV file's content, with the byte order mark that RevMan Web writes."""
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode("utf-8-sig")


def package(path, rows, settings=None, more=None):
    """A data package: the zip of data within the zip that is downloaded."""
    parts = {"analysis-data/9-data-rows.csv": table(ROWS, rows), **(more or {})}
    if settings is not None:
        name = "analysis-data/9-overall-estimates-and-settings.csv"
        parts[name] = table(SETTINGS, settings)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as data:
        for name, content in parts.items():
            data.writestr(f"9-{name}", content)
    with zipfile.ZipFile(path, "w") as outer:
        outer.writestr("Review/9-article.pdf", b"%PDF-")
        outer.writestr("Review/9-files/9-data.zip", inner.getvalue())
    return path


RM5 = """<?xml version="1.0" encoding="{encoding}" standalone="no"?>
<COCHRANE_REVIEW REVMAN_VERSION="5" TYPE="INTERVENTION">
<COVER_SHEET><TITLE>Drugs for fièvre</TITLE></COVER_SHEET>
<STUDIES_AND_REFERENCES><STUDIES>
<INCLUDED_STUDIES>
<STUDY DATA_SOURCE="PUB" ID="STD-M_x00fc_ller-2001" NAME="Müller 2001" YEAR="2001">
<REFERENCE PRIMARY="YES" TYPE="JOURNAL_ARTICLE"><AU>Müller A, Jones BC</AU><TI>A trial of a drug</TI>
<SO>Journal</SO><YR>2001</YR><VL>3</VL><PG>1-9</PG>
<IDENTIFIERS><IDENTIFIER TYPE="DOI" VALUE="10.1000/a_b"/></IDENTIFIERS></REFERENCE></STUDY>
<STUDY DATA_SOURCE="PUB" ID="STD-Smith" NAME="Smith" YEAR="1998"/>
<STUDY DATA_SOURCE="PUB" ID="STD-Smith-1" NAME="Smith" YEAR="1999"/>
<STUDY DATA_SOURCE="PUB" ID="STD-Silent" NAME="Silent 2000" YEAR="2000"/>
</INCLUDED_STUDIES>
<EXCLUDED_STUDIES><STUDY ID="STD-Out" NAME="Out 1990" YEAR="1990"/></EXCLUDED_STUDIES>
</STUDIES></STUDIES_AND_REFERENCES>
<CHARACTERISTICS_OF_STUDIES><CHARACTERISTICS_OF_INCLUDED_STUDIES>
<INCLUDED_CHAR STUDY_ID="STD-Smith"><CHAR_METHODS><P>Randomised,</P><P>open.</P></CHAR_METHODS>
<CHAR_PARTICIPANTS><P>Adults</P></CHAR_PARTICIPANTS></INCLUDED_CHAR>
</CHARACTERISTICS_OF_INCLUDED_STUDIES>
<CHARACTERISTICS_OF_EXCLUDED_STUDIES><EXCLUDED_CHAR STUDY_ID="STD-Out">
<CHAR_REASON_FOR_EXCLUSION><P>Not randomised.</P></CHAR_REASON_FOR_EXCLUSION></EXCLUDED_CHAR>
</CHARACTERISTICS_OF_EXCLUDED_STUDIES></CHARACTERISTICS_OF_STUDIES>
<QUALITY_ITEMS><QUALITY_ITEM ID="QIT-01" LEVEL="STUDY" NO="1"><NAME>Allocation concealment</NAME>
<QUALITY_ITEM_DATA>
<QUALITY_ITEM_DATA_ENTRY RESULT="YES" STUDY_ID="STD-Smith"><DESCRIPTION><P>Envelopes.</P></DESCRIPTION>
</QUALITY_ITEM_DATA_ENTRY>
<QUALITY_ITEM_DATA_ENTRY RESULT="NO" STUDY_ID="STD-Smith-1"><DESCRIPTION/></QUALITY_ITEM_DATA_ENTRY>
<QUALITY_ITEM_DATA_ENTRY RESULT="UNKNOWN" STUDY_ID="STD-M_x00fc_ller-2001"><DESCRIPTION/>
</QUALITY_ITEM_DATA_ENTRY></QUALITY_ITEM_DATA></QUALITY_ITEM></QUALITY_ITEMS>
<ANALYSES_AND_DATA><COMPARISON ID="CMP-001" NO="1"><NAME>Drug versus placebo</NAME>
{outcomes}
</COMPARISON></ANALYSES_AND_DATA></COCHRANE_REVIEW>
"""
LABELS = """<NAME>{name}</NAME><GROUP_LABEL_1>Drug</GROUP_LABEL_1><GROUP_LABEL_2>Placebo</GROUP_LABEL_2>
<GRAPH_LABEL_1>{left}</GRAPH_LABEL_1><GRAPH_LABEL_2>Favours placebo</GRAPH_LABEL_2>"""


def rm5(path, *outcomes, encoding="ISO-8859-1"):
    """A file of RevMan 5 with these outcomes."""
    text = RM5.format(encoding=encoding, outcomes="\n".join(outcomes))
    path.write_bytes(text.encode(encoding))
    return path


def outcome(stem, name, rows, left="Favours drug", **attributes):
    """An outcome: `rows` are elements of data or of subgroups."""
    given = {"NO": "1", "TOTALS": "YES", "RANDOM": "NO", **attributes}
    words = " ".join(f'{key}="{text}"' for key, text in given.items() if key != "MEASURE")
    labels = LABELS.format(name=name, left=left)
    measure = f"<EFFECT_MEASURE>{given['MEASURE']}</EFFECT_MEASURE>" if "MEASURE" in given else ""
    return f"<{stem}_OUTCOME {words}>{labels}{measure}{''.join(rows)}</{stem}_OUTCOME>"


def subgroup(stem, name, *rows):
    """A subgroup of an outcome."""
    return f'<{stem}_SUBGROUP NO="1"><NAME>{name}</NAME>{"".join(rows)}</{stem}_SUBGROUP>'


def data(stem, study, **attributes):
    """An element of data."""
    words = " ".join(f'{key}="{text}"' for key, text in attributes.items())
    return f'<{stem}_DATA STUDY_ID="STD-{study}" {words}/>'
