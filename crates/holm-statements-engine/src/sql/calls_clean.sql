-- Rows of persons of the scope on its days, each once however often it stands there.
-- In: rows, owners(own, person), $starts, $ends (seconds since 1970). `place` is file and line in one number.
SELECT o.person, r.at, r.own, r.other, r.direction, r.kind, r.seconds, r.imei, r.imsi,
       min(r.place) AS place, max(r.place) AS again, count(*) AS times
FROM rows AS r
JOIN owners AS o ON o.own = r.own
WHERE r.at >= $starts AND r.at < $ends
GROUP BY o.person, r.at, r.own, r.other, r.direction, r.kind, r.seconds, r.imei, r.imsi
