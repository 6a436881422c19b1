"""The audit of a published review: each of its statements, recomputed by the rule of its kind.

`run.audit` is the way in. A claim's kind (kinds.py) says which columns of claims.csv it fills and
which check recomputes it; no verdict is ever read from a table.
"""
