# 消息，以及怎样接收消息。

nav-inbox = 消息

inbox-title = 消息
inbox-lead = { $count ->
    [0] 您都看过了。
   *[other] 有 { $count } 条消息还没看。
}
inbox-ways = 看哪些消息
inbox-all = 全部
inbox-unread = 未读
inbox-new = 新
inbox-none-unread = 没有未读的消息
inbox-none-unread-text = 每一条您都看过了。
inbox-empty = 还没有消息
inbox-empty-text = 您的互助申请、计划或者钱有了变化，都会写在这里。
inbox-read-all = 全部标为已读
inbox-done-read = 已标为已读。
inbox-done-unread = 已标为未读。
inbox-settings = 选择怎样接收消息
inbox-back = 全部消息
inbox-open = 去看这件事
inbox-mark-unread = 标为未读

telling-title = 怎样接收消息
telling-lead = 每条消息都会马上出现在“消息”里。在这里选择哪些还要发邮件、什么时候发。
telling-language = 邮件的语言
telling-language-hint = 网页的语言另外切换。
telling-language-last = 我上次登录时网页的语言
telling-at-once = 马上发邮件
telling-daily = 每天合成一封邮件
telling-weekly = 每周合成一封邮件
telling-never = 不发邮件
telling-digest-hint = 每天的邮件在世界标准时间 0 点（北京时间 8 点）之后发出，每周的在星期一发出。没有消息就不发。
telling-save = 保存
telling-done = 已保存，从现在起的消息都按这个来。
telling-fixed-title = 总是马上发邮件的消息
telling-fixed-text = 这些不能关掉，因为它们保护您：

topic-my-claims = 我的互助申请
topic-my-claims-hint = 申请进行到哪里、需要您做什么、怎么决定的、打了多少钱。
topic-money = 分摊与扣款
topic-money-hint = 扣款失败却没人知道，保障可能就没了。
topic-juror-duty = 陪审
topic-juror-duty-hint = 什么时候请您评议、到什么时候为止。看晚了，位子就会给别人。
topic-objections = 异议
topic-objections-hint = 您提出的异议，以及别人对您的申请提出的异议。
topic-plan-changes = 我的计划
topic-plan-changes-hint = 加入、退出、规则改变。
topic-work = 我的工作
topic-work-hint = 审核、复核、调查和运营人员的任务。
topic-security = 登录
topic-security-hint = 是不是您本人登录，只有您知道。
