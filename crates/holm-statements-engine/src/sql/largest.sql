-- The twenty largest credits from others, of each person and currency.
-- In: clean.
WITH ranked AS (
  SELECT person, currency, place,
         row_number() OVER (PARTITION BY person, currency ORDER BY amount DESC, place) AS nth,
         count(*) OVER (PARTITION BY person, currency) AS total
  FROM clean
  WHERE amount > 0 AND NOT internal
)
SELECT person, currency, place, total FROM ranked WHERE nth <= 20 ORDER BY person, currency, nth
