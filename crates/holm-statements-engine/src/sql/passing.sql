-- Bookings with others whose size both came in and went out.
-- In: clean.
WITH sizes AS (
  SELECT person, currency, abs(amount) AS size
  FROM clean
  WHERE NOT internal AND amount <> 0
  GROUP BY person, currency, abs(amount)
  HAVING max(amount) > 0 AND min(amount) < 0
)
SELECT c.person, c.currency, c.at, c.amount, c.place
FROM clean AS c
JOIN sizes AS s ON s.person = c.person AND s.currency = c.currency AND s.size = abs(c.amount)
WHERE NOT c.internal
ORDER BY c.person, c.currency, c.at, c.place
