-- Where the team sells: every account and marketplace that a seed or a report names.
SELECT account, marketplace FROM products WHERE account IS NOT NULL AND marketplace IS NOT NULL
UNION
SELECT account, marketplace FROM expected_reports WHERE account IS NOT NULL AND marketplace IS NOT NULL
UNION
SELECT account, marketplace FROM report_arrivals WHERE account IS NOT NULL AND marketplace IS NOT NULL
