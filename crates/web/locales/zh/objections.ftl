# 异议：公示页面上、成员自己的页面上、答复人的列表里。

objections-mine-title = 我的异议
objections-mine-lead = 您提出过哪些异议，得到了什么答复。生病的人不会知道您是谁。
objections-queue-title = 等待答复的异议
objections-queue-lead = 最紧急的在前。推荐过这件申请的人不能答复；与您关系亲近的人的申请不在此列表中。
objections-none = 这里没有异议。

objection-title = 异议
objection-done = 已完成。有关的人都会收到消息。
objection-card = 公示页面
objection-claim = 申请页面
objection-said = 异议内容
objection-answered = 答复
objection-text-gone = 这段文字已随患者的个人数据一起销毁。
objection-files = 文件
objection-files-go = 添加或查看文件
objection-files-back = 返回异议
objection-files-seen-by = 只有答复这份异议的人能看到您的文件，别人都看不到。申请人会知道有几个文件，但不能打开。交来的文件会保留；在答复之前您可以继续添加，最多 10 个。
objection-files-told = 异议人交来 { $count } 个文件，由答复的人查看。您不能打开，因为文件可能会暴露异议人是谁。
objection-col-state = 状态
objection-fact-ground = 理由
objection-fact-raised = 提出日期
objection-fact-turn = 轮到谁
objection-turn-staff = 一位没有推荐过这件申请的工作人员
objection-fact-until = 答复期限
objection-fact-then = 如果逾期
objection-then = 逾期会被记录并公开显示。没有答复，这件申请不会付款。
objection-late = 答复已逾期，已经记录。申请仍在等待；没有答复就不会付款。
objection-fact-ended = 结束日期
objection-fact-claim = 申请的状态

objection-ground-not-as-stated = 病情与公示不符
objection-ground-before-cover = 发病在保障开始之前
objection-ground-undisclosed = 加入时隐瞒了情况
objection-ground-other-person = 公示的不是生病的这个人
objection-ground-other = 其他理由
objection-ground-missing = 请选择最合适的理由。

objection-state-open = 等待答复
objection-state-upheld = 成立：回到审核
objection-state-dismissed = 已答复：不改变结果
objection-state-abusive = 已答复：属于恶意
objection-state-withdrawn = 已撤回
objection-state-moot = 申请已离开公示

objection-form-ground = 这件申请有什么不对？
objection-form-text = 您知道什么，怎么知道的？
objection-form-text-hint = 请写您看到的或能证明的。申请人会看到这段文字，但看不到您的名字：请不要写会暴露您身份的内容。下一页可以添加文件。
objection-form-send = 提交异议
objection-form-sign-in = 登录后提出异议
card-objections = 这件申请收到了 { $count } 份异议。

objection-answer-title = 您的答复
objection-answer-lead = 异议人和申请人都会看到。答复会一直保留，您的决定会写入存证日志。
objection-answer-legend = 结果是什么？
objection-answer-upheld = 异议成立：回到审核
objection-answer-upheld-hint = 原来的决定作废，须重新推荐。您成为这件申请的审核员。
objection-answer-dismissed = 不改变结果
objection-answer-dismissed-hint = 如果没有别的异议，申请继续。
objection-answer-abusive = 只是为了伤害别人
objection-answer-abusive-hint = 申请继续。365 天内有两次这样的答复，异议人的异议权将暂停 365 天。
objection-answer-missing = 请选择结果。
objection-answer-text = 原因
objection-answer-text-hint = 用平实的话写：查看了什么，结果如何。不要写出任何人的名字。
objection-answer-send = 提交答复
objection-withdraw-lead = 如果您弄错了，可以撤回异议。撤回后不能再对这件申请提出异议。
objection-withdraw = 撤回异议
