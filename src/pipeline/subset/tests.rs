use super::*;

fn names(texts: &[&str]) -> Vec<TableName> {
    texts
        .iter()
        .map(|text| TableName::parse(text).unwrap())
        .collect()
}

/// The refusals, as `line:column construct`.
fn refused(sql: &str, inputs: &[&str]) -> Vec<String> {
    let refusals = check(sql, &names(inputs)).err().unwrap_or_default();
    refusals
        .iter()
        .map(|one| format!("{}:{} {}", one.line, one.column, one.construct))
        .collect()
}

#[test]
fn safe_constructs_pass() {
    for sql in [
        "SELECT k, SUM(m) AS s, COUNT(*) AS c, COUNT(DISTINCT n) AS d FROM t GROUP BY k HAVING SUM(n) > 3 ORDER BY k",
        "WITH a AS (SELECT k, n FROM t), b AS (SELECT k, SUM(n) AS s FROM a GROUP BY k) \
         SELECT a.k, b.s FROM a LEFT JOIN b ON a.k = b.k WHERE b.k IS NULL",
        "SELECT a.k, b.d FROM t AS a INNER JOIN t AS b ON a.k = b.k AND b.d >= a.d AND b.d < a.d + INTERVAL '7 days'",
        "SELECT k FROM t WHERE n IN (SELECT n FROM t WHERE n > 3) AND k NOT IN ('a', 'b') OR n BETWEEN 2 AND 3",
        "SELECT DISTINCT ON (k) k, n FROM t ORDER BY k, n DESC NULLS LAST",
        "SELECT k, n FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC NULLS LAST) = 1",
        "SELECT k, SUM(COALESCE(n, 0)) OVER (PARTITION BY k ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS r FROM t",
        "SELECT k, MAX(n) OVER (PARTITION BY k) AS r, LAG(n, 2) OVER (PARTITION BY k ORDER BY d) AS l FROM t",
        "SELECT CAST(d - INTERVAL '1 month' AS DATE) AS d FROM t WHERE d >= DATE '2026-01-01' - INTERVAL '3 days'",
        "SELECT CAST(SUM(m) AS DOUBLE) / NULLIF(CAST(SUM(n) AS DOUBLE), 0) AS r, LN(x) / LN(2) AS l, CAST(n AS DOUBLE) / 7 AS w FROM t",
        "SELECT x.k, v.a FROM t AS x CROSS JOIN (VALUES (1, 'x'), (2, 'y')) AS v(a, b) WHERE STRPOS(x.k, v.b) > 0",
        "SELECT k, 'x' AS kind, CAST(NULL AS DECIMAL(18, 4)) AS m FROM t UNION ALL SELECT k, 'y' AS kind, m FROM t",
        "SELECT CASE WHEN n > 3 THEN 'a' WHEN n IS NULL THEN NULL ELSE LEFT(k, 2) || '-' || TRIM(UPPER(k)) END AS c FROM t",
        "SELECT EXTRACT(YEAR FROM d) AS y, DATE_PART('dow', d) AS w, d IS NOT DISTINCT FROM NULL AS z, NOT f AS g FROM t",
        "SELECT SUM(m) FILTER (WHERE n > 3) AS s, SUM(CASE WHEN f THEN 1 ELSE 0 END) AS c FROM t",
        "SELECT t.*, k LIKE 'a%' AS l, CAST(FLOOR(CAST(n AS DOUBLE) * 0.5) AS BIGINT) AS h FROM t",
    ] {
        assert_eq!(refused(sql, &["t"]), Vec::<String>::new(), "{sql}");
    }
}

/// Queries over `t` and what is refused in them, as `line:column construct`.
const UNSAFE: &[(&str, &[&str])] = &[
    (
        "SELECT a.k FROM t AS a\nLEFT JOIN t AS b ON a.k = b.k AND b.d > a.d",
        &["2:35 b.d > a.d in an outer join"],
    ),
    (
        "SELECT a.k FROM t AS a JOIN t AS b ON a.k = b.k AND b.n = 1",
        &["1:53 b.n = 1 in ON"],
    ),
    (
        "SELECT a.k FROM t AS a JOIN t AS b ON k = b.k",
        &["1:39 k = b.k in ON"],
    ),
    (
        "SELECT a.k FROM t AS a JOIN t AS b ON a.d BETWEEN b.d AND b.d2",
        &["1:39 a.d BETWEEN b.d AND b.d2 in ON"],
    ),
    (
        "SELECT a.k FROM t AS a RIGHT JOIN t AS b ON a.k = b.k",
        &["1:35 RIGHT JOIN"],
    ),
    ("SELECT n / 2 AS h FROM t", &["1:8 n / 2"]),
    (
        "SELECT CAST(n AS DOUBLE) / m AS h FROM t",
        &["1:28 dividing by m"],
    ),
    ("SELECT n % 2 AS h FROM t", &["1:8 n % 2"]),
    (
        "SELECT LAST_VALUE(n) OVER (ORDER BY d) AS h FROM t",
        &["1:8 the function LAST_VALUE"],
    ),
    (
        "SELECT SUM(n) OVER (ORDER BY d) AS h FROM t",
        &["1:8 a running SUM with this frame"],
    ),
    (
        "SELECT AVG(n) OVER (ORDER BY d) AS h FROM t",
        &["1:8 a running AVG"],
    ),
    (
        "SELECT SUM(n) OVER (ORDER BY d ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS h FROM t",
        &["1:8 a running SUM with this frame"],
    ),
    (
        "SELECT SUM(SUM(n)) OVER (ORDER BY k) AS h FROM t GROUP BY k",
        &[
            "1:8 a window beside GROUP BY or an aggregate",
            "1:8 a running SUM with this frame",
        ],
    ),
    (
        "SELECT SUM(MAX(n)) AS h FROM t",
        &["1:12 MAX inside an aggregate"],
    ),
    (
        "SELECT LAG(n) OVER (ORDER BY d DESC NULLS LAST, k) AS h FROM t",
        &["1:8 a window ordered up and down"],
    ),
    (
        "SELECT LAG(n) OVER (PARTITION BY k ORDER BY d DESC) AS h FROM t",
        &["1:45 ORDER BY d DESC"],
    ),
    (
        "SELECT LAG(n) OVER (ORDER BY d, k) AS h FROM t",
        &["1:8 a window with so many ascending keys"],
    ),
    (
        "SELECT DATE_TRUNC('month', d) AS h FROM t",
        &["1:8 the function DATE_TRUNC"],
    ),
    (
        "SELECT d + INTERVAL '7 days' AS h FROM t",
        &["1:8 d + INTERVAL '7 days'"],
    ),
    (
        "SELECT k FROM t WHERE d > DATE '2026-01-01' + INTERVAL '7' DAY",
        &["1:56 INTERVAL '7' DAY"],
    ),
    ("SELECT k FROM t WHERE f IS TRUE", &["1:23 f IS TRUE"]),
    (
        "SELECT k FROM t WHERE EXISTS (SELECT n FROM t)",
        &["1:31 EXISTS (SELECT n FROM t)"],
    ),
    (
        "SELECT (SELECT MAX(n) AS m FROM t) AS k FROM t",
        &["1:9 (SELECT MAX(n) AS m FROM t)"],
    ),
    ("SELECT k FROM t EXCEPT SELECT k FROM t", &["1:1 EXCEPT "]),
    ("SELECT k FROM t GROUP BY ROLLUP (k)", &["1:34 ROLLUP (k)"]),
    (
        "SELECT COUNT(*) FROM t",
        &["1:8 the unnamed column COUNT(*)"],
    ),
    (
        "SELECT CAST(n AS INTEGER) AS n FROM t",
        &["1:13 CAST AS INTEGER"],
    ),
    ("SELECT n::BIGINT AS n FROM t", &["1:8 n::BIGINT"]),
    (
        "SELECT CAST(CAST(m AS DOUBLE) * 2 AS BIGINT) AS n FROM t",
        &["1:18 CAST(CAST(m AS DOUBLE) * 2 AS BIGINT)"],
    ),
    (
        "SELECT ROUND(x, 1) AS n FROM t",
        &["1:8 the function ROUND"],
    ),
    (
        "SELECT a.k FROM t AS a, t AS b",
        &["1:1 a list of tables in FROM"],
    ),
    ("SELECT k FROM t LIMIT 3", &["1:1 LIMIT without ORDER BY"]),
    ("SELECT K FROM t", &["1:8 the name K"]),
    (
        "SELECT k FROM t WHERE k LIKE LOWER(k)",
        &["1:30 LIKE LOWER(k)"],
    ),
    (
        "WITH RECURSIVE a AS (SELECT k FROM t) SELECT k FROM a",
        &["1:1 WITH RECURSIVE"],
    ),
    (
        "SELECT LAG(n, 1, 0) OVER (ORDER BY d) AS l FROM t",
        &["1:8 LAG with 3 arguments"],
    ),
    ("DELETE FROM t", &["1:1 anything but one query"]),
    (
        "SELECT k FROM t; SELECT k FROM t",
        &["1:1 anything but one query"],
    ),
    ("SELECT (k\nFROM t", &["2:1 text that is not SQL"]),
];

#[test]
fn unsafe_constructs_are_refused_with_their_place() {
    for (sql, refusals) in UNSAFE {
        assert_eq!(refused(sql, &["t"]), *refusals, "{sql}");
    }
}

#[test]
fn tables_are_the_declared_ones() {
    for (sql, inputs, refusals) in [
        (
            "SELECT a.k FROM t AS a JOIN u AS b ON a.k = b.k",
            &["t"][..],
            vec!["1:29 the table u"],
        ),
        (
            "SELECT k FROM t",
            &["t", "u"],
            vec!["1:1 the unused input u"],
        ),
        (
            "WITH t AS (SELECT k FROM u) SELECT k FROM t",
            &["t", "u"],
            vec!["1:6 a CTE called t"],
        ),
        (
            "WITH a AS (SELECT k FROM t) SELECT u.k FROM a AS u CROSS JOIN (SELECT k FROM u) AS w",
            &["t", "u"],
            vec!["1:50 the alias u"],
        ),
        (
            "WITH a AS (SELECT k FROM t) SELECT a.k FROM a",
            &["t"],
            vec![],
        ),
    ] {
        assert_eq!(refused(sql, inputs), refusals, "{sql}");
    }
}

#[test]
fn a_refusal_says_what_to_write() {
    let refusals = check(
        "SELECT RANK() OVER (ORDER BY n) AS r FROM t",
        &names(&["t"]),
    )
    .unwrap_err();
    assert_eq!(
        refusals[0].to_string(),
        "the function RANK is not allowed: ROW_NUMBER, or a count of the greater values"
    );
}
