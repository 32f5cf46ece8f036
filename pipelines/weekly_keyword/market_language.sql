-- The language in which most of a marketplace's buyers search.
SELECT
    marketplace,
    CASE
        WHEN marketplace IN ('DE') THEN 'de'
        WHEN marketplace IN ('FR', 'BE') THEN 'fr'
        WHEN marketplace IN ('ES', 'MX') THEN 'es'
        WHEN marketplace = 'IT' THEN 'it'
        WHEN marketplace = 'NL' THEN 'nl'
        WHEN marketplace = 'PL' THEN 'pl'
        WHEN marketplace = 'SE' THEN 'sv'
        WHEN marketplace = 'JP' THEN 'ja'
        WHEN marketplace = 'BR' THEN 'pt'
        WHEN marketplace = 'TR' THEN 'tr'
        WHEN marketplace IN ('AE', 'EG', 'SA') THEN 'ar'
        ELSE 'en'
    END AS language
FROM market
