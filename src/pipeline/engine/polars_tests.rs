use super::*;
use crate::pipeline::engine::Engine;
use crate::pipeline::engine::TableFiles;
use crate::pipeline::subset;
use arrow::array::Date32Array;
use arrow::array::Decimal128Array;
use arrow::array::Float64Array;
use arrow::array::Int64Array;
use arrow::array::TimestampMillisecondArray;
use arrow::util::display::array_value_to_string;
use parquet::arrow::ArrowWriter;
use std::fs::File;

/// Safe queries and the rows that `DuckDB` 2.0 gives for them over the same two tables.
const FACTS: &[(&str, &[&str])] = &[
    (
        "SELECT k, SUM(m) AS s, SUM(n) AS sn, COUNT(*) AS c, COUNT(n) AS cn, COUNT(DISTINCT n) AS cd, MIN(d) AS md, MAX(m) AS mm FROM t GROUP BY k ORDER BY k",
        &[
            "a 2.2345 9 2 2 2 2026-01-31 1.2345",
            "b -0.0005 -3 2 1 1 2026-02-03 -0.0005",
            "NULL 9999.9999 5 1 1 1 2026-02-16 9999.9999",
        ],
    ),
    (
        "SELECT SUM(m) AS s, SUM(n) AS sn, COUNT(*) AS c, MAX(k) AS k FROM t WHERE n > 100",
        &["NULL NULL 0 NULL"],
    ),
    (
        "SELECT COUNT(n) - COUNT(*) AS a, COUNT(*) - 9 AS b, COUNT(*) * 3000000000 AS c FROM t",
        &["-1 -4 15000000000"],
    ),
    (
        "SELECT EXTRACT(MONTH FROM d) * 100 AS m, EXTRACT(YEAR FROM d) * 10000 AS y, DATE_PART('dow', d) AS w, EXTRACT(ISODOW FROM d) AS i, LENGTH(k) - 5 AS l FROM t ORDER BY d",
        &[
            "100 20260000 6 6 -4",
            "200 20260000 0 7 -4",
            "200 20260000 2 2 -4",
            "200 20260000 1 1 NULL",
            "NULL NULL NULL NULL -4",
        ],
    ),
    (
        "SELECT SUM(CASE WHEN n > 0 THEN 2000000000 ELSE 0 END) AS s, COUNT(CASE WHEN n > 3 THEN 1 END) AS c FROM t",
        &["6000000000 2"],
    ),
    (
        "SELECT k, n, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n) - 3 AS r FROM t ORDER BY k, n",
        &["a 2 -2", "a 7 -1", "b -3 -2", "b NULL -1", "NULL 5 -2"],
    ),
    (
        "SELECT n, ROW_NUMBER() OVER (ORDER BY n DESC NULLS LAST) AS r FROM t ORDER BY n",
        &["-3 4", "2 3", "5 2", "7 1", "NULL 5"],
    ),
    (
        "SELECT k, n, ROW_NUMBER() OVER (PARTITION BY f ORDER BY k, n) AS r FROM t ORDER BY k, n",
        &["a 2 1", "a 7 1", "b -3 2", "b NULL 1", "NULL 5 2"],
    ),
    (
        "SELECT k, n, ROW_NUMBER() OVER (ORDER BY k DESC NULLS LAST, n DESC NULLS LAST) AS r FROM t ORDER BY r",
        &["b -3 1", "b NULL 2", "a 7 3", "a 2 4", "NULL 5 5"],
    ),
    (
        "SELECT k, d, FIRST_VALUE(n) OVER (PARTITION BY k ORDER BY d) AS a, LAG(n) OVER (PARTITION BY k ORDER BY d) AS b, LEAD(n) OVER (PARTITION BY k ORDER BY d DESC NULLS LAST) AS c FROM t ORDER BY k, d",
        &[
            "a 2026-01-31 7 NULL NULL",
            "a 2026-02-01 7 7 7",
            "b 2026-02-03 -3 NULL NULL",
            "b NULL -3 -3 NULL",
            "NULL 2026-02-16 5 NULL NULL",
        ],
    ),
    (
        "SELECT d, SUM(n) OVER (ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s, COUNT(n) OVER (ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS c, MIN(n) OVER (ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS m FROM t ORDER BY d",
        &[
            "2026-01-31 7 1 7",
            "2026-02-01 9 2 2",
            "2026-02-03 6 3 -3",
            "2026-02-16 11 4 -3",
            "NULL 11 4 -3",
        ],
    ),
    (
        "SELECT k, n, SUM(m) OVER (PARTITION BY k) AS s, COUNT(*) OVER (PARTITION BY k) AS c, AVG(n) OVER (PARTITION BY k) AS a FROM t ORDER BY k, n",
        &[
            "a 2 2.2345 2 4.5",
            "a 7 2.2345 2 4.5",
            "b -3 -0.0005 2 -3.0",
            "b NULL -0.0005 2 -3.0",
            "NULL 5 9999.9999 1 5.0",
        ],
    ),
    (
        "SELECT k, n FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC NULLS LAST) = 1 ORDER BY k",
        &["a 7", "b -3", "NULL 5"],
    ),
    (
        "SELECT DISTINCT ON (k) k, n, d FROM t ORDER BY k, n DESC NULLS LAST",
        &["a 7 2026-01-31", "b -3 2026-02-03", "NULL 5 2026-02-16"],
    ),
    (
        "SELECT t.k, t.n, a.w AS w1, b.w AS w2, a.n AS n1, b.n AS n2 FROM t LEFT JOIN u AS a ON t.k = a.k LEFT JOIN u AS b ON t.n = b.n ORDER BY t.k, t.n",
        &[
            "a 2 1 2 7 2",
            "a 7 1 1 7 7",
            "b -3 NULL NULL NULL NULL",
            "b NULL NULL NULL NULL NULL",
            "NULL 5 NULL 3 NULL 5",
        ],
    ),
    (
        "SELECT COALESCE(a.k, b.k) AS k, a.n, b.w FROM t AS a FULL JOIN u AS b ON a.k = b.k ORDER BY k, n, w",
        &[
            "a 2 1",
            "a 7 1",
            "b -3 NULL",
            "b NULL NULL",
            "c NULL 2",
            "NULL 5 NULL",
            "NULL NULL 3",
        ],
    ),
    (
        "SELECT t.d, c.d AS e FROM t INNER JOIN t AS c ON c.k = t.k AND c.d >= t.d - INTERVAL '7 days' AND c.d <= t.d ORDER BY t.d, c.d",
        &[
            "2026-01-31 2026-01-31",
            "2026-02-01 2026-01-31",
            "2026-02-01 2026-02-01",
            "2026-02-03 2026-02-03",
        ],
    ),
    (
        "SELECT t.k, t.n FROM t LEFT JOIN u ON t.k = u.k WHERE u.k IS NULL ORDER BY t.k, t.n",
        &["b -3", "b NULL", "NULL 5"],
    ),
    (
        "SELECT k, n FROM t WHERE k NOT IN (SELECT k FROM u WHERE k IS NOT NULL) AND (n IN (SELECT w FROM u) OR n < 0)",
        &["b -3"],
    ),
    ("SELECT k FROM t WHERE k NOT IN (SELECT k FROM u)", &[]),
    (
        "WITH y AS (SELECT COUNT(*) AS total FROM t), z AS (SELECT t.k, y.total FROM t CROSS JOIN y) SELECT k FROM z ORDER BY k",
        &["a", "a", "b", "b", "NULL"],
    ),
    (
        "WITH a AS (SELECT k, n FROM t UNION ALL SELECT k, w AS n FROM u), b AS (SELECT k, SUM(n) AS s FROM a GROUP BY k) SELECT a.k, a.n, b.s FROM a LEFT JOIN b ON a.k = b.k ORDER BY a.k, a.n",
        &[
            "a 1 10",
            "a 2 10",
            "a 7 10",
            "b -3 -3",
            "b NULL -3",
            "c 2 2",
            "NULL 3 NULL",
            "NULL 5 NULL",
        ],
    ),
    (
        "SELECT k, CAST(NULL AS DECIMAL(18, 4)) AS m FROM u UNION ALL SELECT k, m FROM t ORDER BY k, m",
        &[
            "a 1.0000",
            "a 1.2345",
            "a NULL",
            "b -0.0005",
            "b NULL",
            "c NULL",
            "NULL 9999.9999",
            "NULL NULL",
        ],
    ),
    (
        "SELECT CAST(d - INTERVAL '1 month' AS DATE) AS a, CAST(d + INTERVAL '7 days' AS DATE) AS b, CAST(d - INTERVAL '1 year' AS DATE) AS c FROM t ORDER BY d",
        &[
            "2025-12-31 2026-02-07 2025-01-31",
            "2026-01-01 2026-02-08 2025-02-01",
            "2026-01-03 2026-02-10 2025-02-03",
            "2026-01-16 2026-02-23 2025-02-16",
            "NULL NULL NULL",
        ],
    ),
    (
        "SELECT CAST(SUM(m) AS DOUBLE) / NULLIF(CAST(SUM(n) AS DOUBLE), 0) AS r, CAST(7 AS DOUBLE) / NULLIF(CAST(0 AS DOUBLE), 0) AS z FROM t WHERE k = 'a'",
        &["0.2482777777777778 NULL"],
    ),
    (
        "SELECT m + 1 AS a, m * 2 AS b, m - m AS c, m * n AS d, -m AS e, m >= 1.2345 AS f FROM t ORDER BY m",
        &[
            "0.9995 -0.0010 0.0000 0.0015 0.0005 false",
            "2.0000 2.0000 0.0000 2.0000 -1.0000 false",
            "2.2345 2.4690 0.0000 8.6415 -1.2345 true",
            "10000.9999 19999.9998 0.0000 49999.9995 -9999.9999 true",
            "NULL NULL NULL NULL NULL NULL",
        ],
    ),
    (
        "SELECT COALESCE(m, 0) AS a, COALESCE(k, 'z') AS b, GREATEST(n, 3) AS c, LEAST(n, NULL) AS d, NULLIF(n, 7) AS e, GREATEST(d, DATE '2026-02-02') AS f FROM t ORDER BY d",
        &[
            "-0.0005 b 3 -3 -3 2026-02-03",
            "1.0000 a 3 2 2 2026-02-02",
            "9999.9999 z 5 5 5 2026-02-16",
            "1.2345 a 7 7 NULL 2026-02-02",
            "0.0000 b 3 NULL NULL 2026-02-02",
        ],
    ),
    (
        "SELECT CAST(m AS DECIMAL(18, 2)) AS a, CAST(m AS VARCHAR) AS b, CAST(n AS VARCHAR) AS c, CAST(d AS VARCHAR) AS e, CAST(f AS BIGINT) AS g, CAST(ts AS DATE) AS h FROM t ORDER BY m",
        &[
            "0.00 -0.0005 -3 2026-02-03 1 1970-01-01",
            "1.00 1.0000 2 2026-02-01 0 NULL",
            "1.23 1.2345 7 2026-01-31 1 2023-11-14",
            "10000.00 9999.9999 5 2026-02-16 0 1970-01-01",
            "NULL NULL NULL NULL NULL 2023-11-14",
        ],
    ),
    (
        "SELECT k || '-' || CAST(n AS VARCHAR) AS a, CONCAT(k, '-', 'x') AS b, CONCAT_WS('/', k, 'z') AS c, STRPOS(k, 'a') AS e, POSITION('b' IN k) AS g FROM t ORDER BY k, n",
        &[
            "a-2 a-x a/z 1 0",
            "a-7 a-x a/z 1 0",
            "b--3 b-x b/z 0 1",
            "NULL b-x b/z 0 1",
            "NULL -x z NULL NULL",
        ],
    ),
    (
        "SELECT n IS DISTINCT FROM 7 AS a, n IS NOT DISTINCT FROM NULL AS b, NOT f AS c, f OR n > 3 AS e, n BETWEEN 2 AND 5 AS g, k LIKE 'a%' AS h FROM t ORDER BY n",
        &[
            "true false false true false false",
            "true false true false true true",
            "true false true true true NULL",
            "false false false true false true",
            "true true NULL NULL NULL false",
        ],
    ),
    (
        "SELECT v.label, COUNT(*) AS c FROM t INNER JOIN (VALUES (0, 4, 'low'), (4, 100, 'high')) AS v(lo, hi, label) ON t.n >= v.lo AND t.n < v.hi GROUP BY v.label ORDER BY v.label",
        &["high 2", "low 1"],
    ),
    (
        "SELECT UPPER(k) AS q, SUM(n) AS s FROM t GROUP BY UPPER(k) HAVING SUM(n) > 3 ORDER BY q",
        &["A 9", "NULL 5"],
    ),
    (
        "SELECT k, ts FROM t WHERE ts >= TIMESTAMP '2000-01-01 00:00:00' AND ts > d - INTERVAL '900 days' ORDER BY k",
        &["a 2023-11-14T22:13:20.123"],
    ),
    (
        "SELECT SUM(m) FILTER (WHERE n > 3) AS a, COUNT(*) FILTER (WHERE f) AS b, MEDIAN(CAST(n AS DOUBLE)) AS c, LN(CAST(8 AS DOUBLE)) / LN(2) AS e, POWER(CAST(2 AS DOUBLE), 3) AS g FROM t",
        &["10001.2344 2 3.5 3.0 8.0"],
    ),
    (
        "SELECT COUNT(*) AS c FROM (SELECT MAX(n) AS n FROM t) AS z",
        &["1"],
    ),
    (
        "WITH y AS (SELECT MAX(n) AS total FROM t WHERE n > 1000) SELECT t.k, t.n FROM t CROSS JOIN y ORDER BY t.k, t.n",
        &["a 2", "a 7", "b -3", "b NULL", "NULL 5"],
    ),
    (
        "WITH w AS (SELECT MIN(d) AS a, MAX(d) AS b FROM t), c AS (SELECT t.k, t.d, w.b FROM t CROSS JOIN w WHERE t.d > w.a) SELECT k FROM c ORDER BY k",
        &["a", "b", "NULL"],
    ),
    (
        "SELECT COUNT(*) AS c FROM (SELECT SUM(n) AS s FROM t UNION ALL SELECT SUM(w) AS s FROM u) AS z",
        &["2"],
    ),
];

fn table(name: &str) -> TableName {
    TableName::parse(name).unwrap()
}

/// Decimals, dates, instants and flags, with NULL in every column.
fn t() -> RecordBatch {
    let money = [Some(12_345), Some(10_000), None, Some(-5), Some(99_999_999)];
    let money = Decimal128Array::from(money.to_vec())
        .with_precision_and_scale(18, 4)
        .unwrap();
    let days = [Some(20_484), Some(20_485), None, Some(20_487), Some(20_500)];
    let instants = [
        Some(1_700_000_000_123),
        None,
        Some(1_700_000_000_000),
        Some(0),
        Some(1),
    ];
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "k",
            Arc::new(StringArray::from(vec![
                Some("a"),
                Some("a"),
                Some("b"),
                Some("b"),
                None,
            ])),
        ),
        (
            "n",
            Arc::new(Int64Array::from(vec![
                Some(7),
                Some(2),
                None,
                Some(-3),
                Some(5),
            ])),
        ),
        ("m", Arc::new(money)),
        (
            "x",
            Arc::new(Float64Array::from(vec![
                Some(1.5),
                None,
                Some(2.0),
                Some(-0.25),
                Some(0.0),
            ])),
        ),
        ("d", Arc::new(Date32Array::from(days.to_vec()))),
        (
            "ts",
            Arc::new(TimestampMillisecondArray::from(instants.to_vec())),
        ),
        (
            "f",
            Arc::new(BooleanArray::from(vec![
                Some(true),
                Some(false),
                None,
                Some(true),
                Some(false),
            ])),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap()
}

fn u() -> RecordBatch {
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "k",
            Arc::new(StringArray::from(vec![Some("a"), Some("c"), None])),
        ),
        ("n", Arc::new(Int64Array::from(vec![7, 2, 5]))),
        ("w", Arc::new(Int64Array::from(vec![1, 2, 3]))),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap()
}

fn rows(batch: &RecordBatch) -> Vec<String> {
    let cell = |array: &ArrayRef, row| {
        if array.is_null(row) {
            "NULL".to_owned()
        } else {
            array_value_to_string(array, row).unwrap()
        }
    };
    let row = |row| {
        batch
            .columns()
            .iter()
            .map(|array| cell(array, row))
            .collect::<Vec<_>>()
            .join(" ")
    };
    (0..batch.num_rows()).map(row).collect()
}

#[test]
fn safe_queries_answer_as_duckdb_does() {
    let mut engine = Polars::new();
    engine.register_batch(&table("t"), &t()).unwrap();
    engine.register_batch(&table("u"), &u()).unwrap();
    for (sql, expected) in FACTS {
        let inputs: Vec<TableName> = ["t", "u"]
            .into_iter()
            .filter(|name| {
                sql.contains(&format!("FROM {name}")) || sql.contains(&format!("JOIN {name}"))
            })
            .map(table)
            .collect();
        assert_eq!(subset::check(sql, &inputs), Ok(()), "{sql}");
        assert_eq!(
            rows(&engine.execute(&inputs, sql).unwrap()),
            *expected,
            "{sql}"
        );
    }
}

#[test]
fn files_are_read_as_listed_and_stages_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for part in ["x=1/[a] b.parquet", "x=2/[a] b.parquet"] {
        let path = folder.path().join(part);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer =
            ArrowWriter::try_new(File::create(&path).unwrap(), t().schema(), None).unwrap();
        writer.write(&t()).unwrap();
        writer.close().unwrap();
        files.push(path);
    }
    let mut engine = Polars::new();
    engine
        .register_parquet(
            &table("t"),
            &TableFiles {
                schema: t().schema(),
                files,
            },
        )
        .unwrap();
    let twice = engine.execute(&[table("t")], "SELECT * FROM t").unwrap();
    assert_eq!(twice.schema(), t().schema());
    let mut expected = rows(&t());
    expected.extend(rows(&t()));
    expected.sort();
    let mut given = rows(&twice);
    given.sort();
    assert_eq!(given, expected);
    engine
        .define(
            &table("s"),
            &[table("t")],
            "SELECT k, SUM(m) AS m, MAX(ts) AS ts FROM t GROUP BY k",
        )
        .unwrap();
    let kept = engine
        .execute(&[table("s")], "SELECT k, m, ts FROM s ORDER BY k")
        .unwrap();
    assert_eq!(
        rows(&kept),
        [
            "a 4.4690 2023-11-14T22:13:20.123",
            "b -0.0010 2023-11-14T22:13:20",
            "NULL 19999.9998 1970-01-01T00:00:00.001"
        ]
    );
    engine.forget(&table("s"));
    let error = engine
        .execute(&[table("s")], "SELECT k FROM s")
        .unwrap_err();
    assert_eq!(error.to_string(), "no table s was registered");
}

#[test]
fn an_empty_table_has_its_columns_and_a_query_sees_only_its_inputs() {
    let mut engine = Polars::new();
    engine
        .register_parquet(
            &table("t"),
            &TableFiles {
                schema: t().schema(),
                files: Vec::new(),
            },
        )
        .unwrap();
    engine.register_batch(&table("u"), &u()).unwrap();
    let empty = engine.execute(&[table("t")], "SELECT * FROM t").unwrap();
    assert_eq!((empty.num_rows(), empty.schema()), (0, t().schema()));
    let error = engine
        .execute(&[table("t")], "SELECT w FROM u")
        .unwrap_err();
    assert_eq!(error.to_string(), "the engine cannot run the query");
}
