-- Rows in each currency.
-- In: clean.
SELECT currency, count(*) AS rows FROM clean GROUP BY currency ORDER BY rows DESC, currency
