-- The points of the histories that weeks are made of: a value holds until the next point, and the last one until the
-- history was fetched. No value means that there was none, and ends the one before.
SELECT
    h.marketplace AS marketplace, h.source AS source, h.asin AS asin, h.metric AS metric, h.at AS changed_at,
    CAST(h.value AS DOUBLE) AS value, h.observed_at AS known_until
FROM product_history AS h
WHERE h.metric IN ('bsr', 'buy_box_price', 'new_price') AND h.at IS NOT NULL AND h.asin IS NOT NULL
