# 只有演示版才有的内容。

demo-mailbox-title = 演示邮箱
demo-mailbox-lead = 演示版不寄邮件，本应寄出的都在这里，最新的在前。想真正登录，用任意邮箱索取验证码，再到这里查看。
demo-mailbox-to = 收件人 { $to } · { $at }
demo-mailbox-empty = 还没有邮件
demo-mailbox-empty-text = 索取一个登录验证码，就会出现在这里。
demo-mailbox-sign-in = 登录
demo-clock-title = 演示时钟
demo-clock-lead = 把时钟往前拨，看看时间会带来什么：投票结束、期限过去、裁决生效。时钟只能往前走，对所有正在看这个演示的人都一样。
demo-clock-hour = 一小时
demo-clock-day = 一天
demo-clock-week = 一周
