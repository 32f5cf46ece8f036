-- Changes of lists that a source gives as one text: images and variations. Order is not content, so the members are
-- compared, and only where both weeks have a list at all.
WITH image_list AS (
    SELECT week_start, marketplace, asin, 'image' AS what, images AS list, images_prev AS list_prev
    FROM competitor_pair
    WHERE comparable AND TRIM(images) <> '' AND TRIM(images_prev) <> '' AND images <> images_prev
),
variation_list AS (
    SELECT
        week_start, marketplace, asin, 'variation' AS what, UPPER(REPLACE(variation_asins, ',', ';')) AS list,
        UPPER(REPLACE(variation_asins_prev, ',', ';')) AS list_prev
    FROM competitor_pair
    WHERE comparable AND TRIM(variation_asins) <> '' AND TRIM(variation_asins_prev) <> ''
        AND variation_asins <> variation_asins_prev
),
either_list AS (
    SELECT week_start, marketplace, asin, what, list, list_prev FROM image_list
    UNION ALL
    SELECT week_start, marketplace, asin, what, list, list_prev FROM variation_list
),
-- One row per place in the longer of the two lists.
place AS (
    SELECT
        l.week_start AS week_start, l.marketplace AS marketplace, l.asin AS asin, l.what AS what, l.list AS list,
        l.list_prev AS list_prev, p.n AS n
    FROM either_list AS l CROSS JOIN numbers AS p
    WHERE p.n >= 1
        AND p.n <= 1 + GREATEST(
            LENGTH(l.list) - LENGTH(REPLACE(l.list, ';', '')),
            LENGTH(l.list_prev) - LENGTH(REPLACE(l.list_prev, ';', ''))
        )
),
member_text AS (
    SELECT
        week_start, marketplace, asin, what, TRIM(SPLIT_PART(list, ';', n)) AS now,
        TRIM(SPLIT_PART(list_prev, ';', n)) AS before
    FROM place
),
member AS (
    -- An image is its id: the stem of its file, wherever it is served from.
    SELECT
        week_start, marketplace, asin, what,
        CASE WHEN now LIKE '%/I/%' THEN SPLIT_PART(SPLIT_PART(now, '/I/', 2), '.', 1) ELSE now END AS now,
        CASE WHEN before LIKE '%/I/%' THEN SPLIT_PART(SPLIT_PART(before, '/I/', 2), '.', 1) ELSE before END AS before
    FROM member_text
),
member_now AS (
    SELECT DISTINCT week_start, marketplace, asin, what, now AS member FROM member WHERE now <> ''
),
member_before AS (
    SELECT DISTINCT week_start, marketplace, asin, what, before AS member FROM member WHERE before <> ''
),
added AS (
    SELECT n.week_start AS week_start, n.marketplace AS marketplace, n.asin AS asin, n.what AS what, n.member AS member
    FROM member_now AS n
    LEFT JOIN member_before AS b
        ON n.week_start = b.week_start AND n.marketplace = b.marketplace AND n.asin = b.asin AND n.what = b.what
        AND n.member = b.member
    WHERE b.member IS NULL
),
removed AS (
    SELECT b.week_start AS week_start, b.marketplace AS marketplace, b.asin AS asin, b.what AS what, b.member AS member
    FROM member_before AS b
    LEFT JOIN member_now AS n
        ON b.week_start = n.week_start AND b.marketplace = n.marketplace AND b.asin = n.asin AND b.what = n.what
        AND b.member = n.member
    WHERE n.member IS NULL
),
moved AS (
    SELECT
        week_start, marketplace, asin, what, SUM(n_added) AS n_added, SUM(n_removed) AS n_removed,
        MIN(first_added) AS first_added, MIN(first_removed) AS first_removed
    FROM (
        SELECT
            week_start, marketplace, asin, what, 1 AS n_added, 0 AS n_removed, member AS first_added,
            CAST(NULL AS VARCHAR) AS first_removed
        FROM added
        UNION ALL
        SELECT
            week_start, marketplace, asin, what, 0 AS n_added, 1 AS n_removed, CAST(NULL AS VARCHAR) AS first_added,
            member AS first_removed
        FROM removed
    ) AS either
    GROUP BY week_start, marketplace, asin, what
),
counted AS (
    -- Where no list is exported the number of variations must do.
    SELECT week_start, marketplace, asin, variation_count, variation_count_prev
    FROM competitor_pair
    WHERE comparable AND variation_count IS NOT NULL AND variation_count_prev IS NOT NULL
        AND variation_count <> variation_count_prev
        AND (variation_asins IS NULL OR variation_asins_prev IS NULL)
),
event AS (
    SELECT
        week_start, marketplace, asin, 'images_changed' AS event, 'images' AS figure, first_removed AS old_value,
        first_added AS new_value, CAST(n_added - n_removed AS DOUBLE) AS delta,
        CAST(n_added + n_removed AS DOUBLE) AS move
    FROM moved
    WHERE what = 'image'
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'variation_added' AS event, 'variation_asins' AS figure,
        CAST(NULL AS VARCHAR) AS old_value, first_added AS new_value, CAST(n_added AS DOUBLE) AS delta,
        CAST(n_added AS DOUBLE) AS move
    FROM moved
    WHERE what = 'variation' AND n_added > 0
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'variation_removed' AS event, 'variation_asins' AS figure,
        first_removed AS old_value, CAST(NULL AS VARCHAR) AS new_value, CAST(0 - n_removed AS DOUBLE) AS delta,
        CAST(n_removed AS DOUBLE) AS move
    FROM moved
    WHERE what = 'variation' AND n_removed > 0
    UNION ALL
    SELECT
        week_start, marketplace, asin,
        CASE WHEN variation_count > variation_count_prev THEN 'variation_added' ELSE 'variation_removed' END AS event,
        'variation_count' AS figure, CAST(variation_count_prev AS VARCHAR) AS old_value,
        CAST(variation_count AS VARCHAR) AS new_value, CAST(variation_count - variation_count_prev AS DOUBLE) AS delta,
        CAST(ABS(variation_count - variation_count_prev) AS DOUBLE) AS move
    FROM counted
)
SELECT
    week_start, marketplace, asin, event, figure, old_value, new_value, delta, move, CAST(1 AS DOUBLE) AS threshold,
    TRUE AS significant
FROM event
