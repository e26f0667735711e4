# Words that forms add by themselves.

form-error = Error:
form-problems = There is a problem
date-year = Year
date-month = Month
date-day = Day
