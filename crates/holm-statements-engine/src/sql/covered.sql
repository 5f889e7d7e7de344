-- Of what time each person has rows.
-- In: clean.
SELECT person, min(at) AS first, max(at) AS last, count(*) AS rows
FROM clean
GROUP BY person
ORDER BY person
