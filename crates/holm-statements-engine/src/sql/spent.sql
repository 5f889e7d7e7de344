-- Debits to others.
-- In: clean.
SELECT person, currency, at, sum(-amount) AS amount
FROM clean
WHERE amount < 0 AND NOT internal
GROUP BY person, currency, at
ORDER BY person, currency, at
