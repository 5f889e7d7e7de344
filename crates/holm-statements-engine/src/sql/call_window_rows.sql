-- The first 20 rows of each person in windows after disclosures: all, those with targets, those one hop from targets.
-- In: clean, windows with `truth`, flags, $width: see call_windows.sql.
WITH told AS (
  SELECT c.person, c.at, c.place,
         coalesce(f.target, false) AS target,
         coalesce(f.near AND (f.owner IS NULL OR f.owner <> c.person), false) AS near
  FROM clean AS c
  JOIN windows AS w ON w.person = c.person AND w.bucket = c.at / $width AND c.at >= w.starts AND c.at < w.ends AND w.truth
  LEFT JOIN flags AS f ON f.number = c.other
  WHERE c.other IS NOT NULL
), marked AS (
  SELECT person, at, place, 0 AS which FROM told
  UNION ALL SELECT person, at, place, 1 AS which FROM told WHERE target
  UNION ALL SELECT person, at, place, 2 AS which FROM told WHERE near
), ranked AS (
  SELECT person, which, place,
         row_number() OVER (PARTITION BY person, which ORDER BY at, place) AS nth,
         count(*) OVER (PARTITION BY person, which) AS total
  FROM marked
)
SELECT person, which, place, total
FROM ranked
WHERE nth <= 20
ORDER BY person, which, nth
