# 日期、远近和数量。

day-monday = 星期一
day-tuesday = 星期二
day-wednesday = 星期三
day-thursday = 星期四
day-friday = 星期五
day-saturday = 星期六
day-sunday = 星期日

rel-today = 今天
rel-tomorrow = 明天
rel-yesterday = 昨天
rel-in-days = { $days }天后
rel-days-ago = { $days }天前
rel-with-day = { $day }，{ $distance }

n-days = { $count } 天
n-hours = { $count } 小时
n-minutes = { $count } 分钟
n-under-a-minute = 不到 1 分钟
n-years-old = { $count } 岁
n-days-old = 出生 { $count } 天
n-members = { $count } 位成员
