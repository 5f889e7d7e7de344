-- First uses of SIMs. What counts was not used by the person for $novelty seconds, or not at all. The first and the last use in
-- each stretch of $novelty seconds from $starts on are enough to see that: no gap inside one is longer.
-- In: clean, $novelty, $starts (seconds since 1970; no row is earlier).
WITH stretches AS (
  SELECT person, imsi, (at - $starts) / $novelty AS stretch, min(at) AS first, max(at) AS last,
         first_value(place ORDER BY at, place) AS place
  FROM clean
  WHERE imsi IS NOT NULL
  GROUP BY person, imsi, (at - $starts) / $novelty
), gaps AS (
  SELECT person, first, place, lag(last) OVER (PARTITION BY person, imsi ORDER BY stretch) AS before
  FROM stretches
)
SELECT person, first AS at, place
FROM gaps
WHERE before IS NULL OR first - before > $novelty
ORDER BY person, first, place
