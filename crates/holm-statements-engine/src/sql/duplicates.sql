-- Rows that stand there more than once, the first of them by place, and how many there are of them in all.
-- In: clean.
SELECT place, again, times - 1 AS more, sum(times - 1) OVER () AS total
FROM clean
WHERE times > 1
ORDER BY place
LIMIT 20
