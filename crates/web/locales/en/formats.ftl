# Dates, distances and counts.

day-monday = Monday
day-tuesday = Tuesday
day-wednesday = Wednesday
day-thursday = Thursday
day-friday = Friday
day-saturday = Saturday
day-sunday = Sunday

rel-today = today
rel-tomorrow = tomorrow
rel-yesterday = yesterday
rel-in-days = in { $days } days
rel-days-ago = { $days } days ago
rel-with-day = { $day }, { $distance }

n-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
n-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
n-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
n-under-a-minute = less than a minute
n-years-old = { $count ->
    [one] { $count } year old
   *[other] { $count } years old
}
n-days-old = { $count ->
    [one] { $count } day old
   *[other] { $count } days old
}
n-members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
