-- The search terms to paste, one text a SKU.
SELECT
    p.account AS account, p.marketplace AS marketplace, p.sku AS sku, s.asin AS asin, s.product AS product,
    s.owner AS owner, p.text AS search_terms, p.n_bytes AS n_bytes, p.limit_bytes AS limit_bytes,
    p.n_offered AS n_offered, p.n_used AS n_used, p.n_covered AS n_covered, p.n_banned AS n_banned,
    p.n_no_room AS n_no_room, p.first_left_out AS first_left_out, s.title IS NOT NULL AS title_known, s.title AS title
FROM search_term_packing AS p
INNER JOIN backend_sku AS s
    ON p.account = s.account AND p.marketplace = s.marketplace AND p.sku = s.sku
