-- Sums of each person and currency; what moves between own accounts is in the change alone.
-- In: clean.
SELECT person, currency,
       sum(CASE WHEN amount > 0 AND NOT internal THEN amount ELSE 0 END) AS credits,
       sum(CASE WHEN amount < 0 AND NOT internal THEN -amount ELSE 0 END) AS debits,
       sum(amount) AS change, count(*) AS rows
FROM clean
GROUP BY person, currency
ORDER BY person, currency
