-- Every campaign that a report has, when it was seen, how the newest bulk workbook has it, and whether it is another one
-- under a new name: reports by name alone show a renamed campaign as one that vanished and one that came.
WITH line AS (
    SELECT
        account, marketplace, ad_product, campaign, campaign_id, portfolio, currency, date AS first_date,
        date AS last_date, spend
    FROM ads_campaign
    WHERE campaign IS NOT NULL
    UNION ALL
    SELECT
        account, marketplace, ad_product, campaign, campaign_id, portfolio, currency, period_start AS first_date,
        period_end AS last_date, CAST(NULL AS DECIMAL(18, 4)) AS spend
    FROM ads_campaign_range
    WHERE campaign IS NOT NULL
),
seen AS (
    SELECT
        account, marketplace, ad_product, campaign, MAX(campaign_id) AS campaign_id, MAX(currency) AS currency,
        MIN(first_date) AS first_date, MAX(last_date) AS last_date, COUNT(DISTINCT first_date) AS n_days,
        SUM(spend) AS spend
    FROM line
    GROUP BY account, marketplace, ad_product, campaign
),
dated AS (
    SELECT
        account, marketplace, ad_product, campaign, portfolio,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, ad_product, campaign
            ORDER BY last_date DESC NULLS LAST, portfolio DESC NULLS LAST
        ) AS nth
    FROM line
    WHERE portfolio IS NOT NULL
),
reach AS (
    SELECT account, marketplace, ad_product, MIN(first_date) AS first_date, MAX(last_date) AS last_date
    FROM seen
    GROUP BY account, marketplace, ad_product
),
gone AS (
    SELECT
        s.account AS account, s.marketplace AS marketplace, s.ad_product AS ad_product, s.campaign AS campaign,
        s.campaign_id AS campaign_id, CAST(s.last_date + INTERVAL '1 day' AS DATE) AS day_after,
        COUNT(*) OVER (PARTITION BY s.account, s.marketplace, s.ad_product, s.last_date) AS n_of_day
    FROM seen AS s
    INNER JOIN reach AS r
        ON s.account = r.account AND s.marketplace = r.marketplace AND s.ad_product = r.ad_product
        AND s.last_date < r.last_date
),
came AS (
    SELECT
        s.account AS account, s.marketplace AS marketplace, s.ad_product AS ad_product, s.campaign AS campaign,
        s.campaign_id AS campaign_id, s.first_date AS first_date,
        COUNT(*) OVER (PARTITION BY s.account, s.marketplace, s.ad_product, s.first_date) AS n_of_day
    FROM seen AS s
    INNER JOIN reach AS r
        ON s.account = r.account AND s.marketplace = r.marketplace AND s.ad_product = r.ad_product
        AND s.first_date > r.first_date
),
renamed AS (
    SELECT
        c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product, c.campaign AS campaign,
        MAX(g.campaign) AS renamed_from, 'same_id' AS renamed_by
    FROM came AS c
    INNER JOIN gone AS g
        ON c.account = g.account AND c.marketplace = g.marketplace AND c.ad_product = g.ad_product
        AND c.campaign_id = g.campaign_id AND c.first_date >= g.day_after
    GROUP BY c.account, c.marketplace, c.ad_product, c.campaign
    UNION ALL
    SELECT
        c.account AS account, c.marketplace AS marketplace, c.ad_product AS ad_product, c.campaign AS campaign,
        g.campaign AS renamed_from, 'one_for_one' AS renamed_by
    FROM came AS c
    INNER JOIN gone AS g
        ON c.account = g.account AND c.marketplace = g.marketplace AND c.ad_product = g.ad_product
        AND c.first_date = g.day_after
    WHERE c.n_of_day = 1 AND g.n_of_day = 1 AND (c.campaign_id IS NULL OR g.campaign_id IS NULL)
),
listed AS (
    SELECT
        account, marketplace, ad_product, campaign, campaign_id, state, budget, targeting_type, bidding_strategy,
        snapshot_date,
        ROW_NUMBER() OVER (
            PARTITION BY account, marketplace, ad_product, campaign
            ORDER BY snapshot_date DESC NULLS LAST, campaign_id DESC NULLS LAST, state DESC NULLS LAST
        ) AS nth
    FROM ads_entity
    WHERE entity = 'Campaign' AND campaign IS NOT NULL
)
SELECT
    s.account AS account, s.marketplace AS marketplace, s.ad_product AS ad_product, s.campaign AS campaign,
    COALESCE(s.campaign_id, e.campaign_id) AS campaign_id, d.portfolio AS portfolio, s.currency AS currency,
    s.first_date AS first_date, s.last_date AS last_date, s.n_days AS n_days, s.spend AS spend, e.state AS state,
    e.budget AS budget, e.targeting_type AS targeting_type, e.bidding_strategy AS bidding_strategy,
    e.snapshot_date AS listed_on, n.renamed_from AS renamed_from, n.renamed_by AS renamed_by,
    CASE WHEN n.renamed_by = 'one_for_one' THEN 1 ELSE 0 END AS renames_to_confirm
FROM seen AS s
LEFT JOIN (SELECT * FROM dated WHERE nth = 1) AS d
    ON s.account = d.account AND s.marketplace = d.marketplace AND s.ad_product = d.ad_product
    AND s.campaign = d.campaign
LEFT JOIN (SELECT * FROM listed WHERE nth = 1) AS e
    ON s.account = e.account AND s.marketplace = e.marketplace AND s.ad_product = e.ad_product
    AND s.campaign = e.campaign
LEFT JOIN renamed AS n
    ON s.account = n.account AND s.marketplace = n.marketplace AND s.ad_product = n.ad_product
    AND s.campaign = n.campaign
