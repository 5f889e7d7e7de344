-- The first and the last use of a SIM by a person, in each stretch of $novelty seconds from $starts on.
-- `at` and `place` go into one number, of which the least has the place of the first use in it: 9223372036854775808 is 2^63.
-- In: clean, $novelty, $starts (seconds since 1970; no row is earlier).
SELECT person, imsi AS thing, (at - $starts) / $novelty AS stretch, min(at) AS first, max(at) AS last,
       CAST(min(CAST(at - $starts AS DECIMAL(38, 0)) * 9223372036854775808 + place)
            - CAST(min(at) - $starts AS DECIMAL(38, 0)) * 9223372036854775808 AS BIGINT) AS place
FROM clean
WHERE imsi IS NOT NULL
GROUP BY person, imsi, (at - $starts) / $novelty
