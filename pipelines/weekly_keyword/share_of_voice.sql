-- Shelf share: of the first slots of the basket's keywords, weighted by how often each is searched, how much a brand
-- holds. Slots that no measured ASIN holds are a row of their own, so that the shares of a week add up to one.
WITH held AS (
    SELECT
        week_start, marketplace, kind, CASE WHEN brand_key = '?' THEN 'unknown_brand' ELSE 'brand' END AS holder,
        COALESCE(brand, '') AS brand, brand_key, is_own, COUNT(*) AS n_slots, COUNT(DISTINCT keyword) AS n_keywords_held,
        SUM(search_volume) AS weighted_slots
    FROM voice_slot
    WHERE rank IS NOT NULL AND search_volume > 0
    GROUP BY week_start, marketplace, kind, brand_key, brand, is_own
),
held_by_anybody AS (
    SELECT week_start, marketplace, kind, SUM(n_slots) AS n_slots, SUM(weighted_slots) AS weighted_slots
    FROM held
    GROUP BY week_start, marketplace, kind
),
total AS (
    SELECT
        b.week_start AS week_start, b.marketplace AS marketplace, b.kind AS kind, b.n_keywords AS n_keywords,
        b.n_measured AS n_measured, b.n_weighed AS n_weighed, b.week_prev AS week_prev,
        b.same_keywords AS same_keywords, t.voice_slots AS voice_slots, t.voice_slots * b.n_weighed AS slots,
        t.voice_slots * b.search_volume AS slots_weighted
    FROM voice_basket AS b
    INNER JOIN keyword_rules AS t ON b.marketplace = t.marketplace
),
every_holder AS (
    SELECT
        week_start, marketplace, kind, holder, brand, brand_key, is_own, n_slots, n_keywords_held, weighted_slots
    FROM held
    UNION ALL
    SELECT
        t.week_start AS week_start, t.marketplace AS marketplace, t.kind AS kind, 'not_measured' AS holder, '' AS brand,
        '-' AS brand_key, FALSE AS is_own, t.slots - COALESCE(h.n_slots, 0) AS n_slots, t.n_weighed AS n_keywords_held,
        t.slots_weighted - COALESCE(h.weighted_slots, 0) AS weighted_slots
    FROM total AS t
    LEFT JOIN held_by_anybody AS h
        ON t.week_start = h.week_start AND t.marketplace = h.marketplace AND t.kind = h.kind
),
shared AS (
    SELECT
        e.week_start AS week_start, e.marketplace AS marketplace, e.kind AS kind, e.holder AS holder,
        e.brand AS brand, e.brand_key AS brand_key, e.is_own AS is_own, e.n_slots AS n_slots,
        e.n_keywords_held AS n_keywords_held, e.weighted_slots AS weighted_slots, t.slots AS slots,
        t.slots_weighted AS slots_weighted, t.n_keywords AS n_keywords, t.n_measured AS n_measured,
        t.n_weighed AS n_weighed, t.week_prev AS week_prev, t.same_keywords AS same_keywords,
        CAST(e.weighted_slots AS DOUBLE) / NULLIF(CAST(t.slots_weighted AS DOUBLE), 0) AS share
    FROM every_holder AS e
    INNER JOIN total AS t
        ON e.week_start = t.week_start AND e.marketplace = t.marketplace AND e.kind = t.kind
),
before AS (
    SELECT week_start, marketplace, kind, brand_key, share AS share_prev FROM shared
)
SELECT
    s.week_start AS week_start, s.marketplace AS marketplace, s.kind AS kind, s.holder AS holder, NULLIF(s.brand, '') AS brand,
    s.is_own AS is_own, s.n_slots AS n_slots, s.slots AS slots, s.weighted_slots AS weighted_slots,
    s.slots_weighted AS slots_weighted, s.share AS share, s.week_prev AS week_prev,
    s.same_keywords AS same_keywords,
    CASE WHEN s.same_keywords THEN COALESCE(b.share_prev, 0) END AS share_prev,
    CASE WHEN s.same_keywords THEN s.share - COALESCE(b.share_prev, 0) END AS share_delta,
    s.n_keywords_held AS n_keywords_held, s.n_keywords AS n_keywords, s.n_measured AS n_measured,
    s.n_weighed AS n_weighed, s.n_weighed = s.n_keywords AS complete
FROM shared AS s
LEFT JOIN before AS b
    ON s.week_prev = b.week_start AND s.marketplace = b.marketplace AND s.kind = b.kind AND s.brand_key = b.brand_key
WHERE s.slots > 0
