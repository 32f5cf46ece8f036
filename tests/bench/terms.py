"""Monthly marts over very many search terms, beside DuckDB on the same SQL and the same Parquet.

    python3 tests/bench/terms.py generate WORKSPACE 100000000   # into WORKSPACE/store/current, in the store's own layout
    python3 tests/bench/terms.py compare WORKSPACE SELLERLAKE acos_term_class acos_trend

SELLERLAKE is a release binary. `generate` makes a workspace of one account in two marketplaces: 24 months of day rows, a
report's worth of rows a day, terms with a long tail. The same number gives the same rows. `compare` builds each mart with
every stage that it needs, in a process of its own for each engine, and prints seconds and the most memory; the rows of
both must be equal. About 1 GB of disk for 100 million rows; delete the workspace afterwards.
"""

import datetime
import json
import resource
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import duckdb

PIPELINES = Path(__file__).resolve().parents[2] / "pipelines"
FIRST = datetime.date(2024, 1, 1)
MONTHS = 24
MARKETS = {"US": "USD", "DE": "EUR"}
TYPES = {"text": "VARCHAR", "integer": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}

# What a column holds, by hashes of the row's number `i`; those that are not named here are empty.
TERM_ROWS = {
    "account": "'shop'",
    "family": "'console'",
    "ad_product": "'SP'",
    "campaign": "'campaign ' || (i % 211)",
    "ad_group": "'group ' || (i % 633)",
    "targeting": "'target ' || (i % 1899)",
    "match_type": "(['EXACT', 'PHRASE', 'BROAD'])[1 + i % 3]",
    # A power of an even spread: few terms with most rows, and a long tail.
    "search_term": "'term ' || CAST(FLOOR(400000 * POWER((hash(i) % 1000003) / 1000003.0, 3)) AS BIGINT) || ' lamp'",
    "impressions": "1 + hash(i + 1) % 900",
    "clicks": "hash(i + 2) % 9",
    "spend": "CAST((hash(i + 3) % 90000) / 10000.0 AS DECIMAL(18, 4))",
    "orders": "CASE WHEN hash(i + 4) % 12 = 0 THEN 1 ELSE 0 END",
    "units": "CASE WHEN hash(i + 4) % 12 = 0 THEN 1 + hash(i) % 2 ELSE 0 END",
    "sales": "CASE WHEN hash(i + 4) % 12 = 0 THEN CAST((999 + hash(i + 5) % 9000) / 100.0 AS DECIMAL(18, 4)) ELSE 0 END",
    "attribution_days": "7",
    "observed_from": "'file-name'",
    "report_id": "'00000000'",
    "source_row": "i",
}
CAMPAIGN_ROWS = {name: TERM_ROWS[name] for name in TERM_ROWS if name not in ("ad_group", "targeting", "match_type", "search_term")}


def months():
    day = FIRST
    for _ in range(MONTHS):
        after = (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
        yield day, (after - day).days
        day = after


def columns_of(sellerlake, root):
    listed = json.loads(subprocess.check_output([sellerlake, "ls", "tables", "--format", "json", "-w", root]))
    return {table["name"]: table for table in listed["tables"]}


def generate(root, n_rows, sellerlake):
    root = Path(root)
    (root / "inbox").mkdir(parents=True, exist_ok=True)
    account = '[[account]]\nname = "shop"\nmarketplaces = ["US", "DE"]\nbrands = ["Lumora"]\n'
    (root / "sellerlake.toml").write_text("[workspace]\ntoday = \"2026-02-12\"\n" + account, encoding="utf-8")
    # Words that term_class looks for in every term; tables that no seed tells have no columns to read.
    seeds = root / "seeds"
    seeds.mkdir(exist_ok=True)
    terms = ["marketplace,pattern,class"]
    terms += [f"{market},term {7 * n},{('own_brand', 'competitor_brand', 'asin')[n % 3]}" for market in MARKETS for n in range(40)]
    (seeds / "terms.csv").write_text("\n".join(terms) + "\n", encoding="utf-8")
    products = ["account,marketplace,asin,sku,product,brand"]
    products += [f"shop,{market},B0LUMD01BK,LM-1,lamp,Lumora" for market in MARKETS]
    (seeds / "products.csv").write_text("\n".join(products) + "\n", encoding="utf-8")
    tables = columns_of(sellerlake, root)
    database = duckdb.connect()
    parts = MONTHS * len(MARKETS)
    for table, cells, rows in [("ads_search_term", TERM_ROWS, n_rows), ("ads_campaign", CAMPAIGN_ROWS, parts * 211 * 30)]:
        for n, (market, currency) in enumerate(MARKETS.items()):
            for m, (month, days) in enumerate(months()):
                each = rows // parts
                first = (n * MONTHS + m) * each
                last_day = month + datetime.timedelta(days=days + 9)
                known = {
                    **cells,
                    "marketplace": f"'{market}'",
                    "currency": f"'{currency}'",
                    "date": f"DATE '{month}' + CAST((i - {first}) * {days} // {each} AS INTEGER)",
                    "month": f"DATE '{month}'",
                    "observed_at": f"TIMESTAMP '{last_day} 08:00:00'",
                }
                select = ", ".join(
                    f"CAST({known.get(column['name'], 'NULL')} AS {TYPES.get(column['type'], column['type'])}) AS \"{column['name']}\""
                    for column in tables[table]["columns"]
                )
                folder = root / "store" / "current" / table / f"marketplace={market}" / f"month={month}"
                folder.mkdir(parents=True, exist_ok=True)
                file = str(folder / "data.parquet").replace("'", "''")
                database.execute(
                    f"COPY (SELECT {select} FROM range({first}, {first + each}) AS r(i)) TO '{file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
                )
    size = sum(path.stat().st_size for path in (root / "store").rglob("*.parquet"))
    print(f"{n_rows:,} rows of search terms, {size / 1e6:,.0f} MB")


def stages():
    """Every stage by name: inputs, and the file of its SQL."""
    found = {}
    for path in sorted(PIPELINES.glob("*/pipeline.toml")):
        pipeline = tomllib.loads(path.read_text(encoding="utf-8"))
        for stage in pipeline.get("stage", []) + pipeline.get("mart", []):
            found[stage["name"]] = (stage["inputs"], path.parent / f"{stage['name']}.sql")
    return found


def order(name, known, done):
    for one in known[name][0]:
        if one in known and one not in done:
            order(one, known, done)
    if name not in done:
        done.append(name)
    return done


def duckdb_build(root, mart, helpers):
    """The stages of a mart in DuckDB, each as a table, as the embedded engine keeps them; the mart as Parquet."""
    known = stages()
    database = duckdb.connect(str(Path(helpers) / "build.duckdb"))
    todo = order(mart, known, [])
    for table in {one for name in todo for one in known[name][0]} - set(known):
        own = Path(helpers) / f"{table}.parquet"
        current = Path(root) / "store" / "current" / table
        source = own if own.exists() else current / "**" / "*.parquet"
        database.execute(f"CREATE VIEW \"{table}\" AS SELECT * FROM read_parquet('{source}', hive_partitioning = false)")
    begin = time.monotonic()
    for name in todo:
        sql = known[name][1].read_text(encoding="utf-8")
        start = time.monotonic()
        if name == mart:
            database.execute(f"COPY ({sql}) TO '{helpers}/{mart}.out' (FORMAT parquet)")
        else:
            database.execute(f'CREATE TEMP TABLE "{name}" AS {sql}')
        print(f"  duckdb {name}: {time.monotonic() - start:.2f} s", file=sys.stderr)
    print(time.monotonic() - begin)


def measured(command):
    """Seconds and the most memory of a process and its children, in megabytes."""
    process = subprocess.run([sys.executable, "-c", MEASURE, json.dumps(command)], stdout=subprocess.PIPE, text=True)
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    return json.loads(process.stdout.splitlines()[-1])


def compare(root, sellerlake, marts):
    helpers = Path(root) / "helpers"
    known = stages()
    for mart in marts:
        helpers.mkdir(exist_ok=True)
        (helpers / "build.duckdb").unlink(missing_ok=True)
        inputs = {one for name in order(mart, known, []) for one in known[name][0]} - set(known)
        for table in inputs:
            if not any((Path(root) / "store" / "current" / table).rglob("*.parquet")):
                sql = f"SELECT * FROM {table}"
                command = [sellerlake, "query", sql, "--format", "parquet", "-w", root]
                (helpers / f"{table}.parquet").write_bytes(subprocess.check_output(command))
        ours_s, ours_mb = measured([sellerlake, "build", "--select", mart, "-w", root, "--quiet"])
        theirs_s, theirs_mb = measured([sys.executable, __file__, "duckdb", root, mart, str(helpers)])
        differing = differences(root, mart, helpers)
        print(f"{mart}: sellerlake {ours_s:.1f} s, {ours_mb:,.0f} MB; DuckDB {theirs_s:.1f} s, {theirs_mb:,.0f} MB; {ours_s / theirs_s:.2f} x; {differing} rows differ")


# A process that runs one command and prints its seconds and peak memory: nothing else is among its children.
MEASURE = """
import json, resource, subprocess, sys, time
begin = time.monotonic()
code = subprocess.call(json.loads(sys.argv[1]), stdout=sys.stderr)
seconds = time.monotonic() - begin
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
sys.exit(code)
"""


def differences(root, mart, helpers):
    """Rows that only one of the two has, of the columns that are exact."""
    database = duckdb.connect()
    ours = f"read_parquet('{root}/store/marts/{mart}/**/*.parquet', hive_partitioning = false)"
    theirs = f"read_parquet('{helpers}/{mart}.out')"
    exact = [row[0] for row in database.execute(f"DESCRIBE SELECT * FROM {ours}").fetchall() if row[1] != "DOUBLE"]
    types = {row[0]: row[1] for row in database.execute(f"DESCRIBE SELECT * FROM {ours}").fetchall()}
    columns = ", ".join(f'CAST("{name}" AS {types[name]}) AS "{name}"' for name in exact)
    one, other = f"SELECT {columns} FROM {ours}", f"SELECT {columns} FROM {theirs}"
    sql = f"SELECT (SELECT COUNT(*) FROM ({one} EXCEPT ALL {other})) + (SELECT COUNT(*) FROM ({other} EXCEPT ALL {one}))"
    return database.execute(sql).fetchone()[0]


if sys.argv[1] == "generate":
    generate(sys.argv[2], int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else "sellerlake")
elif sys.argv[1] == "duckdb":
    duckdb_build(*sys.argv[2:5])
else:
    compare(sys.argv[2], sys.argv[3], sys.argv[4:])
