-- Rows that are not analysed: of numbers or accounts of nobody in the scope, and of its persons on other days.
-- In: rows, owners(own, person), $starts, $ends.
SELECT r.own, o.person, count(*) AS rows
FROM rows AS r
LEFT JOIN owners AS o ON o.own = r.own
WHERE o.person IS NULL OR r.at < $starts OR r.at >= $ends
GROUP BY r.own, o.person
ORDER BY rows DESC, r.own
