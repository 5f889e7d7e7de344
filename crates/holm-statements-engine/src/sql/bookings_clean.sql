-- Rows of persons of the scope on its days. A row that stands in several files is one. Within one file, rows that are alike are
-- two bookings where nothing (a balance) says that they are one: `nth` counts them.
-- In: rows, owners(own, person), $starts, $ends (seconds since 1970). `place` is file and line in one number.
WITH numbered AS (
  SELECT r.*,
         CASE WHEN r.balance IS NULL THEN row_number() OVER (
           PARTITION BY r.at, r.own, r.amount, r.currency, r.counterparty, r.kind, r.words, r.balance, r.file ORDER BY r.place
         ) ELSE 1 END AS nth
  FROM rows AS r
)
SELECT o.person, n.at, n.own, n.amount, n.currency, n.counterparty, n.kind, n.words, n.balance,
       c.person IS NOT NULL AS internal, min(n.place) AS place, max(n.place) AS again, count(*) AS times
FROM numbered AS n
JOIN owners AS o ON o.own = n.own
LEFT JOIN owners AS c ON c.own = n.counterparty AND c.person = o.person
WHERE n.at >= $starts AND n.at < $ends
GROUP BY o.person, n.at, n.own, n.amount, n.currency, n.counterparty, n.kind, n.words, n.balance, n.nth, c.person
