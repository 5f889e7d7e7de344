-- First uses of numbers. What counts was not used by the person for $novelty seconds, or not at all. Days of UTC are enough to see
-- that: gaps within a day are none.
-- In: clean, $novelty.
WITH days AS (
  SELECT person, other, at / 86400 AS day, min(at) AS first, max(at) AS last, min(place) AS place
  FROM clean
  WHERE other IS NOT NULL
  GROUP BY person, other, at / 86400
), gaps AS (
  SELECT person, first, place, lag(last) OVER (PARTITION BY person, other ORDER BY day) AS before
  FROM days
)
SELECT person, first AS at, place
FROM gaps
WHERE before IS NULL OR first - before > $novelty
ORDER BY person, first, place
