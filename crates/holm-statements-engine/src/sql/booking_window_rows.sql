-- The first twenty credits from others in windows after disclosures, of each person and currency.
-- In: clean, windows with `truth`, $width.
WITH ranked AS (
  SELECT c.person, c.currency, c.place,
         row_number() OVER (PARTITION BY c.person, c.currency ORDER BY c.at, c.place) AS nth,
         count(*) OVER (PARTITION BY c.person, c.currency) AS total
  FROM clean AS c
  JOIN windows AS w ON w.person = c.person AND w.bucket = c.at / $width AND c.at >= w.starts AND c.at < w.ends AND w.truth
  WHERE c.amount > 0 AND NOT c.internal
)
SELECT person, currency, place, total FROM ranked WHERE nth <= 20 ORDER BY person, currency, nth
