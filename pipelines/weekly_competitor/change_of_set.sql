-- Changes of lists that a source gives as one text: images and variations. Order is not content, so the members are
-- compared, and only where both weeks have a list at all. A variation list that is back at what it was one observation
-- earlier, or that came with another parent, is a family that flaps or moved: told, but not significant.
WITH pair AS (
    SELECT
        week_start, marketplace, asin, comparable, images, images_prev, variation_count, variation_count_prev,
        UPPER(REPLACE(variation_asins, ',', ';')) AS variations,
        UPPER(REPLACE(variation_asins_prev, ',', ';')) AS variations_prev,
        COALESCE(parent_asin = parent_asin_prev, TRUE) AS same_parent,
        UPPER(REPLACE(LAG(variation_asins_prev) OVER (
            PARTITION BY marketplace, asin ORDER BY week_start
        ), ',', ';')) AS variations_before,
        LAG(variation_count_prev) OVER (PARTITION BY marketplace, asin ORDER BY week_start) AS variation_count_before
    FROM competitor_pair
),
either_list AS (
    SELECT week_start, marketplace, asin, 'image' AS what, images AS list, images_prev AS list_prev, 1 AS settled
    FROM pair
    WHERE comparable AND TRIM(images) <> '' AND TRIM(images_prev) <> '' AND images <> images_prev
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'variation' AS what, variations AS list, variations_prev AS list_prev,
        CASE WHEN same_parent AND COALESCE(variations <> variations_before, TRUE) THEN 1 ELSE 0 END AS settled
    FROM pair
    WHERE comparable AND TRIM(variations) <> '' AND TRIM(variations_prev) <> '' AND variations <> variations_prev
),
-- One row per place in the longer of the two lists.
place AS (
    SELECT
        l.week_start AS week_start, l.marketplace AS marketplace, l.asin AS asin, l.what AS what,
        l.settled AS settled, TRIM(SPLIT_PART(l.list, ';', p.n)) AS now,
        TRIM(SPLIT_PART(l.list_prev, ';', p.n)) AS before
    FROM either_list AS l CROSS JOIN numbers AS p
    WHERE p.n >= 1
        AND p.n <= 1 + GREATEST(
            LENGTH(l.list) - LENGTH(REPLACE(l.list, ';', '')),
            LENGTH(l.list_prev) - LENGTH(REPLACE(l.list_prev, ';', ''))
        )
),
sided AS (
    SELECT week_start, marketplace, asin, what, settled, now AS said, 1 AS is_now, 0 AS is_before FROM place
    UNION ALL
    SELECT week_start, marketplace, asin, what, settled, before AS said, 0 AS is_now, 1 AS is_before FROM place
),
member AS (
    -- An image is its id: the stem of its file, wherever it is served from.
    SELECT
        week_start, marketplace, asin, what, settled,
        CASE WHEN said LIKE '%/I/%' THEN SPLIT_PART(SPLIT_PART(said, '/I/', 2), '.', 1) ELSE said END AS member,
        is_now, is_before
    FROM sided
    WHERE said <> ''
),
present AS (
    SELECT
        week_start, marketplace, asin, what, settled, member, MAX(is_now) AS is_now, MAX(is_before) AS is_before
    FROM member
    GROUP BY week_start, marketplace, asin, what, settled, member
),
moved AS (
    SELECT
        week_start, marketplace, asin, what, settled, SUM(1 - is_before) AS n_added, SUM(1 - is_now) AS n_removed,
        MIN(CASE WHEN is_before = 0 THEN member END) AS first_added,
        MIN(CASE WHEN is_now = 0 THEN member END) AS first_removed
    FROM present
    WHERE is_now = 0 OR is_before = 0
    GROUP BY week_start, marketplace, asin, what, settled
),
counted AS (
    -- Where no list is exported the number of variations must do.
    SELECT
        week_start, marketplace, asin, variation_count, variation_count_prev,
        same_parent AND COALESCE(variation_count <> variation_count_before, TRUE) AS settled
    FROM pair
    WHERE comparable AND variation_count IS NOT NULL AND variation_count_prev IS NOT NULL
        AND variation_count <> variation_count_prev
        AND (variations IS NULL OR variations_prev IS NULL)
),
event AS (
    SELECT
        week_start, marketplace, asin, 'images_changed' AS event, 'images' AS figure, first_removed AS old_value,
        first_added AS new_value, CAST(n_added - n_removed AS DOUBLE) AS delta,
        CAST(n_added + n_removed AS DOUBLE) AS move, TRUE AS significant, CAST(NULL AS VARCHAR) AS guard
    FROM moved
    WHERE what = 'image'
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'variation_added' AS event, 'variation_asins' AS figure,
        CAST(NULL AS VARCHAR) AS old_value, first_added AS new_value, CAST(n_added AS DOUBLE) AS delta,
        CAST(n_added AS DOUBLE) AS move, settled = 1 AS significant,
        CASE WHEN settled = 0 THEN 'family_moves' END AS guard
    FROM moved
    WHERE what = 'variation' AND n_added > 0
    UNION ALL
    SELECT
        week_start, marketplace, asin, 'variation_removed' AS event, 'variation_asins' AS figure,
        first_removed AS old_value, CAST(NULL AS VARCHAR) AS new_value, CAST(0 - n_removed AS DOUBLE) AS delta,
        CAST(n_removed AS DOUBLE) AS move, settled = 1 AS significant,
        CASE WHEN settled = 0 THEN 'family_moves' END AS guard
    FROM moved
    WHERE what = 'variation' AND n_removed > 0
    UNION ALL
    SELECT
        week_start, marketplace, asin,
        CASE WHEN variation_count > variation_count_prev THEN 'variation_added' ELSE 'variation_removed' END AS event,
        'variation_count' AS figure, CAST(variation_count_prev AS VARCHAR) AS old_value,
        CAST(variation_count AS VARCHAR) AS new_value, CAST(variation_count - variation_count_prev AS DOUBLE) AS delta,
        CAST(ABS(variation_count - variation_count_prev) AS DOUBLE) AS move, settled AS significant,
        CASE WHEN NOT settled THEN 'family_moves' END AS guard
    FROM counted
)
SELECT
    week_start, marketplace, asin, event, figure, old_value, new_value, delta, move, CAST(NULL AS VARCHAR) AS rule,
    CAST(1 AS DOUBLE) AS threshold, significant, guard
FROM event
