-- What others paid in, in cash or of a kind that is not known, below the reporting thresholds of their currencies.
-- In: clean, thresholds(currency, low, amount, high); $cash.
SELECT c.person, c.currency, c.at, c.amount, c.place, t.amount AS threshold
FROM clean AS c
JOIN thresholds AS t ON t.currency = c.currency AND c.amount < t.amount
WHERE c.amount > 0 AND NOT c.internal AND (c.kind = $cash OR c.kind IS NULL)
ORDER BY c.person, c.currency, c.at, c.place
