"""Tables of pages: the columns that fit, the rest on request, the rows as CSV and on paper."""
