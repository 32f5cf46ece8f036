-- How long each seller held the Buy Box of an own ASIN, day by day. A history tells every minute between its first
-- point and its fetch; what is outside is unknown, not lost. A snapshot proves only its instant and has no minutes.
WITH piece AS (
    SELECT
        s.marketplace AS marketplace, s.source AS source, s.asin AS asin, s.family AS family, s.holder AS holder,
        d.date AS date, d.month AS month,
        LEAST(s.end_minute, d.day_number * 1440 + 1440) - GREATEST(s.start_minute, d.day_number * 1440) AS minutes
    FROM buy_box_spell AS s
    INNER JOIN calendar AS d ON s.start_day <= d.day_number AND s.end_day >= d.day_number
),
held AS (
    SELECT
        marketplace, source, asin, MIN(family) AS family, holder, date, month, SUM(minutes) AS minutes,
        MAX(minutes) AS longest_minutes, COUNT(*) AS n_spells
    FROM piece
    WHERE minutes > 0
    GROUP BY marketplace, source, asin, holder, date, month
),
told AS (
    SELECT marketplace, source, asin, date, month, MIN(family) AS family, SUM(minutes) AS minutes
    FROM held
    GROUP BY marketplace, source, asin, date, month
),
shown AS (
    SELECT
        p.marketplace AS marketplace, p.source AS source, p.asin AS asin, p.family AS family,
        CASE WHEN p.buy_box_seller_id IN ('-1', '-2') THEN 'nobody' ELSE p.buy_box_seller_id END AS holder,
        d.date AS date, d.month AS month
    FROM product_snapshot AS p
    INNER JOIN calendar AS d ON p.snapshot_date = d.date
    INNER JOIN (SELECT DISTINCT marketplace, asin FROM products) AS o
        ON p.marketplace = o.marketplace AND p.asin = o.asin
    WHERE TRIM(p.buy_box_seller_id) <> ''
),
instant AS (
    SELECT marketplace, source, asin, MIN(family) AS family, holder, date, month, COUNT(*) AS n_instants
    FROM shown
    GROUP BY marketplace, source, asin, holder, date, month
),
together AS (
    SELECT
        marketplace, source, asin, family, holder, date, month, 'history' AS basis, minutes, longest_minutes, n_spells,
        CAST(NULL AS BIGINT) AS n_instants
    FROM held
    UNION ALL
    SELECT
        marketplace, source, asin, family, 'unknown' AS holder, date, month, 'history' AS basis,
        1440 - minutes AS minutes, CAST(NULL AS BIGINT) AS longest_minutes, CAST(NULL AS BIGINT) AS n_spells,
        CAST(NULL AS BIGINT) AS n_instants
    FROM told
    WHERE minutes < 1440
    UNION ALL
    SELECT
        i.marketplace AS marketplace, i.source AS source, i.asin AS asin, i.family AS family, i.holder AS holder,
        i.date AS date, i.month AS month, 'instant' AS basis, CAST(NULL AS BIGINT) AS minutes,
        CAST(NULL AS BIGINT) AS longest_minutes, CAST(NULL AS BIGINT) AS n_spells, i.n_instants AS n_instants
    FROM instant AS i
    LEFT JOIN told AS t
        ON i.marketplace = t.marketplace AND i.source = t.source AND i.asin = t.asin AND i.date = t.date
    WHERE t.asin IS NULL
),
own_seller AS (
    SELECT DISTINCT seller_id FROM own_sellers
),
-- Without a seller id of the team's nobody can be told from a stranger.
own_known AS (
    SELECT COUNT(*) AS n_sellers FROM own_seller
),
mapped AS (
    SELECT marketplace, key AS asin, product, owner, valid_from, valid_until FROM product_span WHERE key_kind = 'asin'
),
by_asin AS (
    SELECT
        t.marketplace AS marketplace, t.asin AS asin, t.date AS date, MIN(m.product) AS product, MIN(m.owner) AS owner
    FROM together AS t
    INNER JOIN mapped AS m
        ON t.marketplace = m.marketplace AND t.asin = m.asin AND t.date >= m.valid_from AND t.date < m.valid_until
    GROUP BY t.marketplace, t.asin, t.date
)
SELECT
    t.month AS month, t.date AS date, t.marketplace AS marketplace, t.source AS source, t.asin AS asin,
    t.holder AS holder,
    CASE
        WHEN t.holder IN ('nobody', 'unknown') THEN t.holder
        WHEN s.seller_id IS NOT NULL THEN 'own'
        WHEN k.n_sellers = 0 THEN 'not_known'
        ELSE 'lost'
    END AS holder_kind,
    t.basis AS basis, p.product AS product, p.owner AS owner, t.minutes AS minutes,
    CAST(t.minutes AS DOUBLE) / 60 AS hours, CAST(t.minutes AS DOUBLE) / 1440 AS day_share,
    t.longest_minutes AS longest_minutes, t.n_spells AS n_spells, t.n_instants AS n_instants, t.family AS family,
    t.basis = 'history' AS mature
FROM together AS t
CROSS JOIN own_known AS k
LEFT JOIN own_seller AS s ON t.holder = s.seller_id
LEFT JOIN by_asin AS p ON t.marketplace = p.marketplace AND t.asin = p.asin AND t.date = p.date
