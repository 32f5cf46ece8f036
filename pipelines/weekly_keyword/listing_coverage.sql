-- Every own product in every marketplace of its account: whether it is on sale there, as the week's list of listings
-- says, and when its content was last worked on. Without a list of that week nothing is known, and nothing is missing.
WITH place AS (
    SELECT DISTINCT account, marketplace FROM products WHERE product IS NOT NULL
),
own AS (
    SELECT account, product, MIN(owner) AS owner, MIN(brand) AS brand FROM products WHERE product IS NOT NULL
    GROUP BY account, product
),
mapped AS (
    SELECT account, marketplace, product, COUNT(DISTINCT sku) AS n_skus, MIN(owner) AS owner
    FROM products
    WHERE product IS NOT NULL AND sku IS NOT NULL
    GROUP BY account, marketplace, product
),
week AS (
    SELECT DISTINCT week_start, account FROM listing_week
),
reported AS (
    SELECT week_start, account, marketplace, MAX(snapshot_date) AS listed_on, MIN(family) AS family
    FROM listing_week
    GROUP BY week_start, account, marketplace
),
found AS (
    SELECT
        week_start, account, marketplace, product, COUNT(DISTINCT sku) AS n_listed,
        SUM(CASE WHEN COALESCE(status, 'active') IN ('active', '在售') THEN 1 ELSE 0 END) AS n_active,
        SUM(CASE WHEN status IN ('incomplete', 'suppressed', 'blocked', '不完整', '禁止显示') THEN 1 ELSE 0 END)
            AS n_suppressed
    FROM listing_week
    WHERE product IS NOT NULL
    GROUP BY week_start, account, marketplace, product
),
worded AS (
    SELECT DISTINCT
        w.week_start AS week_start, w.account AS account, w.marketplace AS marketplace, w.product AS product,
        LOWER(TRIM(w.title)) AS title, l.language AS language
    FROM listing_week AS w
    INNER JOIN market_language AS l ON w.marketplace = l.marketplace
    WHERE w.product IS NOT NULL AND TRIM(w.title) <> ''
),
untranslated AS (
    SELECT DISTINCT
        f.week_start AS week_start, f.account AS account, f.marketplace AS marketplace, f.product AS product,
        TRUE AS is_untranslated
    FROM worded AS f
    INNER JOIN worded AS e
        ON f.week_start = e.week_start AND f.account = e.account AND f.product = e.product AND f.title = e.title
    WHERE f.language <> 'en' AND e.language = 'en'
),
worked AS (
    SELECT
        w.week_start AS week_start, w.account AS account, c.marketplace AS marketplace, c.product AS product,
        MAX(CASE WHEN c.kind = 'a_plus' THEN c.updated_on END) AS a_plus_on,
        MAX(CASE WHEN c.kind = 'main_image' THEN c.updated_on END) AS main_image_on,
        MAX(CASE WHEN c.kind = 'video' THEN c.updated_on END) AS video_on,
        MAX(CASE WHEN c.kind = 'search_terms' THEN c.updated_on END) AS search_terms_on,
        MAX(CASE WHEN c.kind = 'translation' THEN c.updated_on END) AS translation_on,
        MAX(c.updated_on) AS content_on
    FROM week AS w CROSS JOIN content_log AS c
    WHERE c.updated_on <= CAST(w.week_start + INTERVAL '6 days' AS DATE)
    GROUP BY w.week_start, w.account, c.marketplace, c.product
),
expected AS (
    SELECT
        w.week_start AS week_start, p.account AS account, p.marketplace AS marketplace, o.product AS product,
        o.owner AS owner
    FROM week AS w
    INNER JOIN place AS p ON w.account = p.account
    INNER JOIN own AS o ON w.account = o.account
),
covered AS (
    SELECT
        e.week_start AS week_start, e.account AS account, e.marketplace AS marketplace, e.product AS product,
        COALESCE(m.owner, e.owner) AS owner,
        CASE
            WHEN r.listed_on IS NULL THEN 'not_known'
            WHEN COALESCE(f.n_listed, 0) = 0 THEN 'missing'
            WHEN f.n_active = 0 AND f.n_suppressed > 0 THEN 'suppressed'
            WHEN f.n_active = 0 THEN 'inactive'
            WHEN u.is_untranslated THEN 'untranslated'
            ELSE 'listed'
        END AS state,
        m.n_skus IS NOT NULL AS mapped, COALESCE(m.n_skus, 0) AS n_skus,
        CASE WHEN r.listed_on IS NOT NULL THEN COALESCE(f.n_listed, 0) END AS n_listed,
        CASE WHEN r.listed_on IS NOT NULL THEN COALESCE(f.n_active, 0) END AS n_active,
        CASE WHEN r.listed_on IS NOT NULL THEN COALESCE(f.n_suppressed, 0) END AS n_suppressed,
        COALESCE(u.is_untranslated, FALSE) AS untranslated, r.listed_on AS listed_on, r.family AS family,
        k.a_plus_on AS a_plus_on, k.main_image_on AS main_image_on, k.video_on AS video_on,
        k.search_terms_on AS search_terms_on, k.translation_on AS translation_on, k.content_on AS content_on
    FROM expected AS e
    LEFT JOIN mapped AS m
        ON e.account = m.account AND e.marketplace = m.marketplace AND e.product = m.product
    LEFT JOIN reported AS r
        ON e.week_start = r.week_start AND e.account = r.account AND e.marketplace = r.marketplace
    LEFT JOIN found AS f
        ON e.week_start = f.week_start AND e.account = f.account AND e.marketplace = f.marketplace
        AND e.product = f.product
    LEFT JOIN untranslated AS u
        ON e.week_start = u.week_start AND e.account = u.account AND e.marketplace = u.marketplace
        AND e.product = u.product
    LEFT JOIN worked AS k
        ON e.week_start = k.week_start AND e.account = k.account AND e.marketplace = k.marketplace
        AND e.product = k.product
)
SELECT *, state IN ('missing', 'suppressed', 'inactive', 'untranslated') AS needs_work
FROM covered
