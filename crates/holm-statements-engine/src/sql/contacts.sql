-- Who was in contact with whom.
-- In: clean.
SELECT person, own, other, count(*) AS calls, min(at) AS first, max(at) AS last, min(place) AS place
FROM clean
WHERE other IS NOT NULL
GROUP BY person, own, other
ORDER BY person, own, other
