# 每个页面的外框。

site-name = 互助
nav-skip = 跳到正文
nav-main = 主导航
nav-trail = 当前位置
nav-pages = 翻页
nav-previous = 上一页
nav-next = 下一页

account-sign-in = 登录

persona-title = 演示
persona-label = 现在的身份：
persona-switch = 切换
persona-mailbox = 演示邮箱
persona-clock = 时钟

foot-not-title = 这是互助，不是保险。
foot-not-text = 这里不卖承诺。有人生病、钱真的用出去之后，大家再一起分摊，每一笔都看得见。分摊金额可能上涨，计划也可能终止。
foot-proof = 不必只听我们说：每一期的账，都能用公开的数据重新算一遍。
foot-terms = 规则与条款原文
foot-verify = 核对凭证
foot-help = 帮助与投诉
foot-source = 源代码

theme-label = 浅色或深色
theme-light = 浅色
theme-dark = 深色
theme-auto = 跟随设备

notice-aid = 互助金
notice-read = 看公示

chart-table = 用表格看这些数
chart-no-data = 还没有数据。第一期结束后，这里就会有图。
