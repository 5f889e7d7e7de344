-- First uses. What counts was not used by the person for $novelty seconds, or not at all. No gap inside a stretch is longer than
-- that, and every gap over a whole stretch is, so that the stretch before says it.
-- In: stretches(person, thing, stretch, first, last, place), $novelty.
SELECT s.person, s.first AS at, s.place
FROM stretches AS s
LEFT JOIN stretches AS p ON p.person = s.person AND p.thing = s.thing AND p.stretch = s.stretch - 1
WHERE p.last IS NULL OR s.first - p.last > $novelty
ORDER BY s.person, s.first, s.place
