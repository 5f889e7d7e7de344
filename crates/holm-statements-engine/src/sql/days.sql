-- Days on which persons called anybody. Days are those of the scope's zone: days(bucket, day, starts, ends) has them, each once for
-- every bucket of a day's length that it reaches into.
-- In: clean, days, $width.
SELECT c.person, d.day, count(*) AS calls
FROM clean AS c
JOIN days AS d ON d.bucket = c.at / $width AND c.at >= d.starts AND c.at < d.ends
WHERE c.other IS NOT NULL
GROUP BY c.person, d.day
ORDER BY c.person, d.day
