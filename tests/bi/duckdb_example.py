"""DuckDB over the store, by plain globs: `python3 duckdb_example.py STORE SHOWN.json`.

    SELECT month, marketplace, SUM(spend) FROM read_parquet('store/current/ads_campaign/**/*.parquet') GROUP BY ALL;

Folders are named `marketplace=US/month=2026-01-01`, and the files hold those columns too: reading with and without
`hive_partitioning` gives the same rows and the same types.
"""

import sys
from pathlib import Path

import duckdb
import sums

TYPES = {"text": "VARCHAR", "integer": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}


def wanted(ty):
    return TYPES.get(ty, ty.upper())


def main(store, shown_path):
    tables = sums.shown(shown_path)
    database = duckdb.connect()
    for name, table in tables.items():
        folder = {"table": "current", "mart": "marts"}[table["kind"]]
        glob = str(Path(store) / folder / name / "**" / "*.parquet").replace("'", "''")
        for hive in ("true", "false"):
            source = f"read_parquet('{glob}', hive_partitioning = {hive})"
            exact = sums.exact_columns(table)
            select = ", ".join(["COUNT(*)"] + [f'SUM("{column}")' for column in exact])
            n_rows, *found = database.execute(f"SELECT {select} FROM {source}").fetchone()
            # Milliseconds and microseconds are both timestamps without a zone, in UTC.
            described = database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            types = {row[0]: row[1].replace("TIMESTAMP_MS", "TIMESTAMP") for row in described}
            assert len(types) == len(table["columns"]), f"{name}: {sorted(types)}"
            sums.compare(f"{name} (hive {hive})", table, n_rows, dict(zip(exact, found)), types, wanted)
    print(f"DuckDB {duckdb.__version__}: {len(tables)} tables by glob, with and without Hive folders, as sellerlake shows them")


main(sys.argv[1], sys.argv[2])
