-- The one, two and three neighbouring words of every search term, each once a term. Scripts that write without blanks
-- keep a term whole. ASINs are no words.
WITH plain AS (
    SELECT DISTINCT
        marketplace, search_term,
        LOWER(TRIM(REPLACE(REPLACE(REPLACE(search_term, '　', ' '), '  ', ' '), '  ', ' '))) AS words
    FROM search_term_class
    WHERE term_class <> 'asin'
),
place AS (
    SELECT
        p.marketplace AS marketplace, p.search_term AS search_term, p.words AS words, n.n AS n,
        LENGTH(p.words) - LENGTH(REPLACE(p.words, ' ', '')) + 1 AS n_words
    FROM plain AS p CROSS JOIN numbers AS n
    WHERE n.n >= 1 AND n.n <= LENGTH(p.words) - LENGTH(REPLACE(p.words, ' ', '')) + 1
),
gram AS (
    SELECT marketplace, search_term, 1 AS n_words, SPLIT_PART(words, ' ', n) AS ngram FROM place
    UNION ALL
    SELECT
        marketplace, search_term, 2 AS n_words, SPLIT_PART(words, ' ', n) || ' ' || SPLIT_PART(words, ' ', n + 1) AS ngram
    FROM place
    WHERE n + 1 <= n_words
    UNION ALL
    SELECT
        marketplace, search_term, 3 AS n_words,
        SPLIT_PART(words, ' ', n) || ' ' || SPLIT_PART(words, ' ', n + 1) || ' ' || SPLIT_PART(words, ' ', n + 2)
            AS ngram
    FROM place
    WHERE n + 2 <= n_words
)
SELECT DISTINCT marketplace, search_term, n_words, ngram
FROM gram
WHERE TRIM(ngram) <> ''
