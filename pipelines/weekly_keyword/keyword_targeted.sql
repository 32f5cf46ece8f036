-- Keywords that are bid on, by product and, with an empty product, anywhere in the account, with the days on which a
-- report shows them. A bulk workbook shows what runs on its own day.
WITH bid AS (
    SELECT
        account, marketplace, campaign, COALESCE(ad_group, '') AS ad_group, LOWER(TRIM(targeting)) AS keyword,
        date AS first_day, date AS last_day
    FROM ads_targeting
    WHERE match_type IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, campaign, COALESCE(ad_group, '') AS ad_group, LOWER(TRIM(targeting)) AS keyword,
        period_start AS first_day, period_end AS last_day
    FROM ads_targeting_range
    WHERE match_type IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, campaign, ad_group, target AS keyword, snapshot_date AS first_day,
        snapshot_date AS last_day
    FROM ads_entity_now
    WHERE entity = 'keyword' AND match_type NOT LIKE '%NEGATIVE%'
),
spanned AS (
    SELECT
        account, marketplace, campaign, ad_group, keyword, MIN(first_day) AS first_day, MAX(last_day) AS last_day
    FROM bid
    WHERE keyword <> ''
    GROUP BY account, marketplace, campaign, ad_group, keyword
),
mapped AS (
    SELECT
        s.account AS account, s.marketplace AS marketplace, g.product AS product, s.keyword AS keyword,
        s.first_day AS first_day, s.last_day AS last_day
    FROM spanned AS s
    INNER JOIN ad_group_product AS g
        ON s.account = g.account AND s.marketplace = g.marketplace AND s.campaign = g.campaign
        AND s.ad_group = g.ad_group
    WHERE g.product IS NOT NULL
    UNION ALL
    SELECT account, marketplace, '' AS product, keyword, first_day, last_day FROM spanned
)
SELECT
    account, marketplace, product, keyword, MIN(first_day) AS first_day, MAX(last_day) AS last_day,
    TRUE AS is_targeted
FROM mapped
GROUP BY account, marketplace, product, keyword
