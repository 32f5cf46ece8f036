"""What Metabase (its DuckDB driver) and Superset (duckdb-engine) do, without either:
`python3 metabase_superset_example.py STORE SHOWN.json lake.sql`.

Both open a database file that `sellerlake export --to duckdb` describes, read-only, ask `information_schema` what there
is, and send SQL of their own. See README.md beside this file for how they are set up.
"""

import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import sums


def main(shown_path, script):
    tables = sums.shown(shown_path)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "lake.duckdb")
        # duckdb lake.duckdb < lake.sql
        with duckdb.connect(path) as database:
            database.execute(Path(script).read_text(encoding="utf-8"))
        with duckdb.connect(path, read_only=True) as database:
            check(database, tables)


def check(database, tables):
    # Synchronising the schema: every table with its columns, their types, and a description of each.
    columns = database.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'main'"
    ).fetchall()
    known = {}
    for table, column, ty in columns:
        known.setdefault(table, {})[column] = ty
    types = {"text": "VARCHAR", "integer": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}
    for name, table in tables.items():
        have = {column: ty.replace(", ", ",") for column, ty in known[name].items()}
        want = {c["name"]: types.get(c["type"], c["type"].upper()) for c in table["columns"]}
        assert have == want, f"{name}: {have}, not {want}"
        n_rows = database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
        assert n_rows == len(table["rows"]), f"{name}: {n_rows} rows"
    comments = database.execute(
        "SELECT COUNT(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NOT NULL AND comment <> ''"
    ).fetchone()[0]
    assert comments >= sum(len(table["columns"]) for table in tables.values()), f"{comments} comments"
    # A table without a file yet is empty, and not missing.
    empty = sorted(set(known) - set(tables))
    for name in empty:
        assert database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] == 0, name

    # A question: ACOS by month and marketplace, a ratio of sums, with a filter as the tools bind it.
    asked = """
        SELECT month, marketplace, currency, SUM(spend) AS spend, SUM(sales) AS sales,
               CAST(SUM(spend) AS DOUBLE) / NULLIF(CAST(SUM(sales) AS DOUBLE), 0) AS acos
        FROM acos_trend WHERE month >= CAST(? AS DATE) GROUP BY month, marketplace, currency ORDER BY 1, 2, 3
    """
    found = database.execute(asked, ["2025-12-01"]).fetchall()
    wanted = {}
    for row in tables["acos_trend"]["rows"]:
        if row["month"] >= "2025-12-01":
            spend, sales = wanted.setdefault((row["month"], row["marketplace"], row["currency"]), [Decimal(0), Decimal(0)])
            wanted[(row["month"], row["marketplace"], row["currency"])] = [spend + row["spend"], sales + row["sales"]]
    assert len(found) == len(wanted) > 0, f"{len(found)} rows, not {len(wanted)}"
    for month, marketplace, currency, spend, sales, acos in found:
        want = wanted[(month.isoformat(), marketplace, currency)]
        assert [spend, sales] == want, f"{month} {marketplace}: {spend} of {sales}, not {want}"
        assert sums.is_near(acos, want[0] / want[1] if want[1] else None), f"{month} {marketplace}: {acos}"
    print(f"{len(tables)} tables and {len(empty)} empty ones through a database of views, and ACOS by month, as sellerlake shows them")


main(sys.argv[2], sys.argv[3])
