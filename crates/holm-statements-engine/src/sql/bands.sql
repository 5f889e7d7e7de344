-- Bookings with others, in cash or of a kind that is not known, near the reporting thresholds of their currencies.
-- In: clean, thresholds(currency, low, amount, high): low ≤ size < amount is under, amount ≤ size < high over; $cash.
WITH near AS (
  SELECT c.person, c.currency, c.at, c.place, t.amount AS threshold, abs(c.amount) < t.amount AS under
  FROM clean AS c
  JOIN thresholds AS t ON t.currency = c.currency AND abs(c.amount) >= t.low AND abs(c.amount) < t.high
  WHERE NOT c.internal AND (c.kind = $cash OR c.kind IS NULL)
), ranked AS (
  SELECT near.*,
         row_number() OVER (PARTITION BY person, currency, under ORDER BY at, place) AS nth,
         count(*) OVER (PARTITION BY person, currency, under) AS total
  FROM near
)
SELECT person, currency, threshold, under, place, total FROM ranked WHERE nth <= 20 ORDER BY person, currency, under, nth
