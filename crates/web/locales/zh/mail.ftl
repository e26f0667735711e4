# 给成员的邮件。纯文本，每对的第一条是主题。

mail-utc = { $moment }（世界协调时）
mail-zone = { $moment }（{ $zone } 时间）
mail-deadline = 下一步最晚在 { $until } 完成。如果过了时间，会有记录，您在申请页面上看得到。
mail-foot = 登录后可以看到全部情况。我们从不通过电话或邮件索要验证码。

mail-other-subject = 您的计划有新消息
mail-other-body = 有些情况变了，请登录查看。

mail-code-subject = { $code } 是您的验证码
mail-code-body =
    您的验证码是 { $code }，只能用一次，{ $minutes } 分钟内有效。

    如果不是您要的，不用理会，可能是别人输错了邮箱。

mail-joined-subject = 您已加入 { $plan }
mail-joined-body =
    欢迎。您在“{ $plan }”计划里的保障记录已经建立，没有付钱。

    生病从 { $covered_from } 起有保障。凭证在您的页面上，写明规则原文和您的回答，请打印或保存。

    每次扣款前都会提醒您。您随时可以一步退出。

mail-left-subject = 您已退出 { $plan }
mail-left-body =
    您在“{ $plan }”计划里的保障已经结束，从 { $until } 零点起不再保障。

    如果公示已经开始，那一期的分摊仍会扣款。谢谢您帮助过别人。

mail-age-reached-subject = 已到 { $plan } 的年龄上限
mail-age-reached-body =
    “{ $plan }”计划有年龄上限，您付费的一位成员已经到了这个年龄，保障已经结束，以后不再扣款。

mail-share-failed-subject = 您的分摊 { $share } 没有扣成功
mail-share-failed-body =
    { $period } 期您应分摊 { $share }，没有从账户扣到。

    保障继续有效，在 { $until } 以前会再扣。请保证账户里有足够的钱，否则保障会结束。

mail-enrolment-lapsed-subject = { $plan } 的一份保障已经结束
mail-enrolment-lapsed-body =
    因为有一期分摊一直没有付，“{ $plan }”计划的一份保障已经结束。您可以重新加入，等待期要重新计算。

mail-claim-reported-subject = 我们收到了您的申请
mail-claim-reported-body = 您的申请 { $claim } 和全部材料都收到了，接下来由审核员处理。祝早日康复。

mail-claim-taken-subject = 已有人在看您的申请
mail-claim-taken-body = 一位审核员接手了您的申请 { $claim }，正在看材料。

mail-claim-evidence-needed-subject = 您的申请还需要补充材料
mail-claim-evidence-needed-body =
    您的申请 { $claim } 的审核员请您补充：

    { $text }

    请在申请页面上传，然后说明材料已齐。

mail-claim-evidence-complete-subject = 补充的材料收到了
mail-claim-evidence-complete-body = 谢谢。您的申请 { $claim } 的审核员会接着看。

mail-claim-recommended-subject = 您的申请正在复核
mail-claim-recommended-body = 审核员看完了您的申请 { $claim }。作决定以前，还有第二个人再看一遍。

mail-claim-returned-subject = 您的申请要再看一次
mail-claim-returned-body = 复核员把您的申请 { $claim } 退回给审核员再看一次。您不用做什么。

mail-claim-approved-subject = 您的申请通过了
mail-claim-approved-body =
    您的申请 { $claim } 通过了，互助金 { $aid }。

    接下来会在公示栏公示，不写姓名；公示以后由大家分摊，再支付给您。

mail-claim-refused-subject = 您的申请没有通过
mail-claim-refused-body =
    很抱歉，您的申请 { $claim } 没有通过。理由是：“{ $reason }”依据哪条规则、怎样会不同，申请页面上都有。

    { $enrolment ->
        [refunded] 按计划规则，保障到此结束，扣过的分摊全部退还。
        [ended] 按计划规则，保障到此结束。
        [ended-before] 在计划中的保障此前已经结束。
       *[goes-on] 在计划中的保障照旧。
    }

    { $jury ->
        [yes] 如果您觉得不对，可以在 { $jury_until } 之前申请陪审，由其他成员评议，不收费。
       *[no] 如果您觉得不对，请写信给运营者。
    }您也可以去法院。

mail-claim-on-notice-subject = 您的申请正在公示
mail-claim-on-notice-body = 您的申请 { $claim } 在 { $period } 期公示。公示只有姓、年龄、性别、地区、病症和互助金，没有别的。

mail-claim-payable-subject = 互助金就要支付了
mail-claim-payable-body = 您的申请 { $claim } 的分摊已经扣到，将支付给您 { $aid }。
mail-claim-payable-less-body = 您的申请 { $claim } 的分摊已经扣到，将支付给您 { $aid }。您此前未付的分摊 { $share } 已从中扣除，现已结清。

mail-claim-paid-subject = 互助金已支付
mail-claim-paid-body = 您的申请 { $claim } 的互助金 { $aid } 已支付，由计划里的每个人在 { $period } 期一起分摊。

mail-claim-withdrawn-subject = 您已撤回申请
mail-claim-withdrawn-body = 您的申请 { $claim } 已撤回。在期限以前，您可以随时重新提出。

mail-digest-daily-subject = 今天有 { $count } 条消息给您
mail-digest-weekly-subject = 这一周有 { $count } 条消息给您
mail-digest-body = 您选择了把这些消息放在一起看。登录后打开“消息”，可以逐条阅读；在“设置”里可以改成一有消息马上发邮件。
mail-digest-more = 还有 { $count } 条

mail-plan-changed-subject = { $plan } 的规则将于 { $effective } 改变
mail-plan-changed-body =
    计划“{ $plan }”公布了新的规则（第 { $version } 版），从 { $effective } 起生效。

    您可以在计划的页面上把新规则和现在的规则对着看。已经提出的互助申请仍按当时的规则处理。如果您不同意，一步就可以退出。

mail-claim-objected-subject = 有成员对您的申请提出异议
mail-claim-objected-body =
    在您的申请 { $claim } 公示期间，有一位成员写道有些地方不对。这是每个人的权利，并不决定任何事情。

    现在由一位没有推荐过您申请的工作人员查看并书面答复。在此之前不会付款。您可以在申请页面上看到对方写了什么，以及答复。

mail-claim-objection-upheld-subject = 您的申请将重新审核
mail-claim-objection-upheld-body = 对您申请 { $claim } 的异议提出了一个确实存在的问题，因此申请回到审核。这不是拒绝：在作出决定之前会先问您。

mail-claim-objection-dismissed-subject = 对您申请的异议没有改变结果
mail-claim-objection-dismissed-body = 对您申请 { $claim } 的异议已得到答复，没有改变结果。如果没有别的异议，申请照常继续；如果这期间已经完成分摊结算，申请会进入下一次公示。

mail-claim-objection-withdrawn-subject = 对您申请的异议已撤回
mail-claim-objection-withdrawn-body = 对您申请 { $claim } 提出异议的成员已将异议撤回。如果没有别的异议，申请照常继续。

mail-objection-raised-subject = 我们收到了您的异议
mail-objection-raised-body =
    谢谢您看得仔细。您对申请 { $claim } 的异议已经收到。生病的人不会知道您是谁。

    一位没有推荐过这份申请的工作人员会在 { $until } 之前书面答复。在此之前您可以撤回异议。

mail-objection-answered-subject = { $answer ->
    [moot] 您的异议已无需答复
   *[other] 您的异议有了答复
}
mail-objection-answered-body =
    { $answer ->
        [upheld] 您对申请 { $claim } 的异议提得对：申请回到审核。
        [dismissed] 您对申请 { $claim } 的异议已经查看，没有改变结果。答复中写明了原因。
        [abusive] 您对申请 { $claim } 的异议被认定为只是为了伤害别人。一年内有两次这样的答复，异议权将暂停 365 天。答复中写明了原因。
       *[other] 申请 { $claim } 因别的原因离开了公示，已无需再提异议。您什么都不用做。
    }

    您可以在异议页面上看到答复。

mail-work-assigned-subject = 有一份申请交给了您
mail-work-assigned-body = { $plan } 中的申请 { $claim } 交给您审核。请在 { $until } 之前提出建议。如果您与患病的人关系密切，请在工作台上说明，会由别人接手。

mail-work-objection-subject = 有一份异议等待答复
mail-work-objection-body = 有成员对 { $plan } 中的申请 { $claim } 提出异议。请在 { $until } 之前答复。须由没有推荐过这份申请的人来答复。

mail-claim-late-subject = 您的申请逾期了，现在轮到我们处理
mail-claim-late-body = 您的申请 { $claim } 的下一步没有按时完成。这是我们的延误，不是您的：您不会因此失去任何权利，申请页面上会写明这次延误，计划的公开统计也会计入。

mail-claim-late-without-subject = 您的申请将在缺少所要材料的情况下继续
mail-claim-late-without-body = 您的申请 { $claim } 中要求的材料没有按时到达，审核员现在可以在没有它的情况下继续。如果材料还在路上，请尽快补上：只要还没有作出决定，就会查看。

mail-claim-verdict-for-subject = { $ruling ->
    [no-quorum] 投票的人太少，您的申请继续
   *[other] 支持您的陪审裁决生效
}
mail-claim-verdict-for-body = { $ruling ->
    [no-quorum] 对您申请 { $claim } 投票的成员太少。按规则，原来的决定不变，而那个决定是支持您的。
   *[other] 评议您申请 { $claim } 的陪审员支持您，并且不能再要求另一次陪审。
}互助金为 { $aid }。接下来与其他申请一样进入计划的公示。

mail-claim-verdict-review-subject = 陪审团支持您；审核员将重新查看您的申请
mail-claim-verdict-review-body = 评审您申请 { $claim } 的成员支持您，因此原来的拒绝不再有效。但是计划的金额表中没有与您的申请相对应的金额，陪审团也不能自行设定金额。审核员将重新查看您的申请，并告诉您接下来可以怎么做。

mail-claim-verdict-against-subject = 陪审裁决生效
mail-claim-verdict-against-body = { $ruling ->
    [no-quorum] 对您申请 { $claim } 投票的成员太少。按计划规则，原来的决定不变，也就是不通过。
   *[other] 评议您申请 { $claim } 的陪审员没有支持您，并且不能再要求另一次陪审。
}我们很抱歉。在计划之内这是最终结果；您仍然可以向法院起诉。

mail-work-webhook-given-up-subject = 有一个请求被放弃了
mail-work-webhook-given-up-body = 您的一个程序（{ $webhook }）好几天没有收下一个请求，所以放弃了。在网络回调的页面可以看到是哪个、为什么，也可以再发一次。

mail-jury-accepted-subject = 陪审团将评议您的案件
mail-jury-accepted-body =
    关于申请 { $claim } 的陪审请求已被接受。与此事无关的成员将进行评议，页面上可以看到进展。

mail-jury-declined-subject = 陪审请求没有被接受
mail-jury-declined-body =
    书记员没有接受关于申请 { $claim } 的陪审请求。页面上写明依据哪条规则，以及您现在可以做什么。您仍然可以去法院。

mail-jury-drawn-subject = 您案件的陪审员已抽出
mail-jury-drawn-body =
    申请 { $claim } 的陪审员已抽签选出，任何人都可以核对抽签。他们最晚在 { $until } 作出评议。

mail-jury-judged-subject = 陪审团已有裁决
mail-jury-judged-body =
    陪审团已就申请 { $claim } 投票。页面上有裁决和理由；如果计划允许，还写明在什么时候以前可以请求更大的陪审团。

mail-juror-called-subject = 您被抽为陪审员
mail-juror-called-body =
    您抽签分到了 { $plan } 的一个案件。请阅读双方的说明，并在 { $until } 以前投票。如果不能或不愿意，请在页面上退出，没有任何损失，也不用说明理由。

mail-juror-voided-subject = 您要评议的案件结束了
mail-juror-voided-body = 您在计划 { $plan } 中被抽到评议的那份申请已撤回，没有什么要评议了，您不用做任何事。已投的票一直密封，谁也不会打开。

mail-jury-voided-subject = 申请已撤回，陪审结束
mail-jury-voided-body = 您曾就申请 { $claim } 要求陪审，该申请已撤回。不会支付任何款项，也没有什么要评议了。已投的票一直密封。

mail-juror-judged-subject = 您参加陪审的案件已有裁决
mail-juror-judged-body =
    您被抽中的 { $plan } 案件的投票已经结束。页面上有裁决，您也可以在那里核对自己的选票是否计入。

mail-jury-asked-subject = 陪审员有问题问您
mail-jury-asked-body =
    评议申请 { $claim } 的陪审员想向您了解一件事。请在投票结束（{ $until }）以前在案件页面上回答，所有陪审员都会看到。

mail-juror-open-subject = 请您评议一起争议
mail-juror-open-body =
    { $plan } 有一起争议请所有陪审员评议。请阅读双方的说明，并在 { $until } 以前投票。这不是义务：如果您和它关系太近，或者不想参加，什么都不用做。

mail-juror-reminder-subject = 投票时间快到了
mail-juror-open-reminder-body =
    { $plan } 一起争议的投票在 { $until } 结束。每位受邀的陪审员都会收到这条消息，所以没有人能从中看出谁投过票。如果您已经投票，就不用再做什么。

mail-juror-reminder-body =
    您评议 { $plan } 案件的时间到 { $until } 为止。如果您已经投票，就不用再做什么。如果不能评议，请在案件页面上退出，位子会马上给别人。

mail-juror-answered-subject = 您作为陪审员提的问题有了回答
mail-juror-answered-body =
    您在 { $plan } 的一个案件里提的问题有了回答，本案所有陪审员都能在案件页面上看到。
