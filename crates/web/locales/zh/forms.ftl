# 表单自带的文字。

form-error = 错误：
form-problems = 有几处需要改
date-year = 年
date-month = 月
date-day = 日
