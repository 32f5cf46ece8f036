"""Runs stages on DuckDB. Reads a list of jobs, {"sql", "inputs": {table: [Parquet files]}}, and writes a list of
what came of each: {"columns": [[name, type]], "rows": [[text or null]]} or {"error"}."""

import datetime
import decimal
import json
import sys

import duckdb


def text(value):
    """A value as the test writes it: exact, dates as ISO."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, decimal.Decimal):
        # `str` writes nought with eight digits as 0E-8.
        return format(value, "f")
    return str(value)


def run(database, job):
    for table, files in job["inputs"].items():
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        database.execute(
            f'CREATE TEMP VIEW "{table}" AS SELECT * FROM read_parquet([{listed}], hive_partitioning = false)'
        )
    rows = database.execute(job["sql"])
    columns = [[column[0], str(column[1])] for column in rows.description]
    return {"columns": columns, "rows": [[text(cell) for cell in row] for row in rows.fetchall()]}


def outcome(database, job):
    """A stage sees its own inputs and nothing of the job before it."""
    try:
        return run(database, job)
    except duckdb.Error as error:
        return {"error": str(error)}
    finally:
        for table in job["inputs"]:
            database.execute(f'DROP VIEW IF EXISTS "{table}"')


with open(sys.argv[1], encoding="utf-8") as file:
    jobs = json.load(file)
database = duckdb.connect()
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump([outcome(database, job) for job in jobs], file)
