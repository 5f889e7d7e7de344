-- Credits from others in windows after disclosures and in their controls.
-- In: clean, windows (see call_windows.sql), $width, $cash (the id of the kind).
SELECT w.number, c.currency,
       count(*) AS credits,
       sum(CASE WHEN c.kind = $cash THEN 1 ELSE 0 END) AS cash,
       sum(c.amount) AS amounts
FROM clean AS c
JOIN windows AS w ON w.person = c.person AND w.bucket = c.at / $width AND c.at >= w.starts AND c.at < w.ends
WHERE c.amount > 0 AND NOT c.internal
GROUP BY w.number, c.currency
ORDER BY w.number, c.currency
