"""What `sellerlake show --format json` says of each table, as sums: what the examples compare themselves with."""

import json
import math
from decimal import Decimal


def shown(path):
    """By table: its kind, its columns with their types, its rows. Numbers with a point stay exact."""
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_float=Decimal)


def exact_columns(table):
    """Columns that may be added up without rounding."""
    return [c["name"] for c in table["columns"] if c["type"] == "integer" or c["type"].startswith("decimal")]


def expected(table):
    """The number of rows, and the exact sum of each exact column; None where all are empty."""
    sums = {}
    for name in exact_columns(table):
        cells = [Decimal(row[name]) for row in table["rows"] if row[name] is not None]
        sums[name] = sum(cells) if cells else None
    return len(table["rows"]), sums


def compare(what, table, n_rows, sums, types, wanted_types):
    """Fails with what differs."""
    want_rows, want_sums = expected(table)
    assert n_rows == want_rows, f"{what}: {n_rows} rows, not {want_rows}: some stand twice or are missing"
    for name, want in want_sums.items():
        have = sums[name]
        have = None if have is None else Decimal(str(have))
        assert have == want, f"{what}.{name}: {have}, not {want}"
    for column in table["columns"]:
        have = types[column["name"]]
        want = wanted_types(column["type"])
        assert have == want, f"{what}.{column['name']} is {have}, not {want}"


def is_near(a, b):
    """Ratios are doubles, and engines add doubles in an order of their own."""
    if a is None or b is None:
        return a is None and b is None
    return math.isclose(float(a), float(b), rel_tol=1e-9)
