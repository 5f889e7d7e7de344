-- Calls in windows after disclosures and in their controls.
-- In: clean, windows(number, person, bucket, starts, ends): a window stands there once for each bucket of $width seconds that it
-- reaches into; flags(number, target, near, owner): numbers of targets and numbers one hop from them.
SELECT w.number,
       count(*) AS calls,
       sum(CASE WHEN f.target THEN 1 ELSE 0 END) AS targets,
       sum(CASE WHEN f.near AND (f.owner IS NULL OR f.owner <> c.person) THEN 1 ELSE 0 END) AS near
FROM clean AS c
JOIN windows AS w ON w.person = c.person AND w.bucket = c.at / $width AND c.at >= w.starts AND c.at < w.ends
LEFT JOIN flags AS f ON f.number = c.other
WHERE c.other IS NOT NULL
GROUP BY w.number
ORDER BY w.number
