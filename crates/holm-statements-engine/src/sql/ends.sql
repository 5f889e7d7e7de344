-- Rows with a balance at the first and last instant of each account; within an instant the order is not known.
-- In: clean.
WITH spans AS (
  SELECT own, currency, min(at) AS first, max(at) AS last FROM clean WHERE balance IS NOT NULL GROUP BY own, currency
)
SELECT c.person, c.currency, c.own, c.at = s.first AS opens, c.at = s.last AS closes, c.amount, c.balance
FROM clean AS c
JOIN spans AS s ON s.own = c.own AND s.currency = c.currency
WHERE c.balance IS NOT NULL AND (c.at = s.first OR c.at = s.last)
ORDER BY c.person, c.currency, c.own, c.place
