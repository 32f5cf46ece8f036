"""Polars over the store, by plain globs: `python3 polars_example.py STORE SHOWN.json`.

    pl.scan_parquet("store/marts/acos_trend/**/*.parquet").group_by("month").agg(pl.col("spend").sum()).collect()

Decimals stay decimals, days are `pl.Date`, and with `hive_partitioning=True` whole months are skipped unread.
"""

import sys
from pathlib import Path

import polars as pl
import sums

TYPES = {"text": pl.String, "integer": pl.Int64, "double": pl.Float64, "bool": pl.Boolean, "date": pl.Date}


def wanted(ty):
    if ty.startswith("decimal"):
        precision, scale = ty[len("decimal(") : -1].split(",")
        return pl.Decimal(int(precision), int(scale))
    return TYPES.get(ty, pl.Datetime("ms"))


def main(store, shown_path):
    tables = sums.shown(shown_path)
    for name, table in tables.items():
        folder = {"table": "current", "mart": "marts"}[table["kind"]]
        glob = str(Path(store) / folder / name / "**" / "*.parquet")
        for hive in (True, False):
            frame = pl.scan_parquet(glob, hive_partitioning=hive)
            types = dict(frame.collect_schema())
            assert len(types) == len(table["columns"]), f"{name}: {sorted(types)}"
            exact = sums.exact_columns(table)
            totals = [pl.when(pl.col(c).is_not_null().any()).then(pl.col(c).sum()).alias(c) for c in exact]
            found = frame.select(pl.len().alias("n rows"), *totals).collect().row(0)
            sums.compare(f"{name} (hive {hive})", table, found[0], dict(zip(exact, found[1:])), types, wanted)
    print(f"Polars {pl.__version__}: {len(tables)} tables by glob, with and without Hive folders, as sellerlake shows them")


main(sys.argv[1], sys.argv[2])
