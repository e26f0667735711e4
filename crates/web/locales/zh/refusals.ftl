# Rules that said no: what, why, and what helps.

refusal-address-known = 这个邮箱已是成员，请用那个账户。
refusal-already-enrolled = 此人已在计划中。每人在一个计划里只能有一份，这样没有人会分摊两次。
refusal-already-in-arrears = { $period } 期的分摊已记为未付，不用再记一次。
refusal-claim-conflict = 这个人和申请关系太近：是亲属、同住、同单位或同医院，或者已经申请回避。请另选一人。
refusal-claim-cost-missing = 这个计划按实际费用报销。请填写票据证明的治疗费用。
refusal-claim-evidence-already-added = 这份文件已在申请里，不用再传一次。
refusal-claim-evidence-not-due = 申请人在 { $until } 之前还可以补充证据。请等到那时，或等材料到齐。
refusal-claim-id-used = 这个编号的申请已存在。请打开那一份，或换一个编号。
refusal-claim-needs-confirmer = 按本计划的规则，这里须由复核员决定：互助金达到 { $from } 的，以及每一次不予通过。低于此数时，另一位审核员也可以复核。
refusal-claim-no-evidence = 申请里还没有证据。提交前请至少加一份文件，例如诊断书。
refusal-claim-not-eligible = 这份申请不能通过，因为有一条计划规则不满足：{ $rule ->
    [not-enrolled] 出险当天此人不在计划中
    [inside-wait] 疾病发生在等待期内
    [not-in-cover] 计划不保障这种疾病
    [filed-late] 超过了提交期限
    [shares-unpaid] 分摊欠付太久
    [ceiling-reached] 计划已付到上限
   *[other] { $rule }
}。{ $day ->
    [none] 申请页的判定里写明了怎样才会不同。
   *[other] 起决定作用的日期是 { $day }。申请页的判定里写明了怎样才会不同。
}
refusal-claim-not-yours = 同事正在审核这份申请。要接着办，请先接手。
refusal-claim-nothing-to-pay = 按计划的金额表，这份申请应付为零。请检查等级、年龄和欠付的分摊。
refusal-claim-notice-running = 申请公示到 { $until }，好让成员阅读。之后才能继续。
refusal-claim-other-period = 这份申请属于 { $period } 期，请在那一期办理。
refusal-claim-not-independent = 调查的人必须独立。这个人审核过、决定过或者异议过这份申请，请另选一人。
refusal-claim-notice-over = 异议期已在 { $until } 结束。如果您知道有不实之处，请写信给运营方。
refusal-claim-already-objected = 您已经对这份申请提出过异议。每位成员只能提出一次，您仍然可以查看答复。
refusal-claim-objection-not-open = 这份异议已经答复或撤回，或者是别的成员提出的。请重新打开页面。
refusal-claim-no-jury = 按本计划的规则，这里不能申请陪审。您仍然可以向法院起诉。
refusal-claim-too-late-for-jury = 申请陪审的截止时间是 { $until }，现在已过。您仍然可以向法院起诉。
refusal-claim-already-judged = 陪审团已经评议过这份申请，按计划的规则不能再评议。您仍然可以向法院起诉。
refusal-claim-verdict-open = 在 { $until } 之前仍可申请更大的陪审团。之后裁决才生效。
refusal-claim-own = 这是您自己的申请，请由别人来决定。
refusal-claim-reason-unknown = { $reason } 不是本计划的理由，也不是这里不满足的规则。请从清单里选一条，让申请人查得到。
refusal-claim-recommendation-outdated = 建议之后情况有变：按计划现在金额不同。请退回给审核人。
refusal-claim-same-person = 这个建议是您自己提的。必须由第二个人确认，谁都不能一个人说了算。
refusal-claim-too-much-evidence = 一份申请最多 { $limit } 个文件。同一份材料的各页请合成一个文件。
refusal-claim-evidence-too-large = 一个申请的所有文件合计最多 { $limit } 字节，加上这个会有 { $found } 字节。请不要上传内容重复的文件。
refusal-dispute-evidence-too-large = 您为这件争议交的文件合计最多 { $limit } 字节，加上这个会有 { $found } 字节。请挑选最能说明问题的，或者用小一些的扫描件。
refusal-dispute-too-much-evidence = 一件争议您最多交 { $limit } 个文件。同一份材料的各页请合成一个文件，并挑选最能说明问题的。
refusal-too-many-uploads = 最多同时有 { $limit } 个上传，这会是第 { $found } 个。请先完成或取消其中一个。
refusal-claim-unknown-evidence = 这份文件不在申请里。请刷新后重新选择。
refusal-claim-wrong-state = 现在不能这样做：这份申请{ $state ->
    [draft] 还在填写
    [reported] 已提交，等待审核
    [under-review] 正在审核
    [more-evidence-needed] 等待补充证据
    [investigating] 正在调查
    [recommended] 等待第二人确认
    [approved] 已通过
    [refused] 未通过
    [on-notice] 正在公示
    [objected] 有人提出异议
    [jury-requested] 已申请陪审
    [verdict] 陪审已有结论
    [cleared] 公示已结束
    [payable] 即将付款
    [paid] 已付款
    [withdrawn] 已撤回
   *[other] { $state }
}。请刷新页面，看看下一步是什么。
refusal-credit-too-low = 这个计划要求信用分不低于 { $least }，您的是 { $score }。别的计划可能没有这个要求。
refusal-enrolment-ended = 这份保障已于 { $until } 结束。您可以重新加入，等待期重新计算。
refusal-evidence-id-used = 这个编号已用于另一份文件。请换一个编号再传。
refusal-health-refuses = 健康告知里这一项的回答（{ $question }）不符合加入条件。这个计划面向加入时健康的人。
refusal-health-unanswered = 健康告知还有一项没有回答（{ $question }）。请全部回答。
refusal-history-not-shown = 请先看看历史分摊和预测。加入之前，每个人都应当知道可能要花多少钱。
refusal-identity-already-given = 您已填过身份资料。如果有误，请让运营人员更正。
refusal-identity-missing = 请先填写身份资料：计划保障的是人，不是邮箱。
refusal-identity-not-confirmed = 身份核验服务认为姓名、号码与出生日期不一致。请对照证件检查。
refusal-mandate-missing = 没有您的扣款授权，计划无法与您分摊。请同意授权；每次扣款前都会提醒您。
refusal-no-age-limit = 这个计划没有年龄上限。
refusal-not-born = 出生日期在将来，请检查。
refusal-not-over-age = 到 { $from } 才达到年龄上限。
refusal-nothing-owed = { $period } 期没有欠款。
refusal-objection-id-used = 已经有一份编号相同的异议。请刷新页面后重新提交。
refusal-objection-not-member = 只有本计划的成员才能提出异议，因为分摊的是成员的钱。如果您知道有不实之处，请写信给运营方。
refusal-objection-own = 任何人都不能答复自己提出的异议，须由别人来答复。
refusal-objection-right-lost = 在 { $until } 之前您不能提出异议。您在一年内有两次异议被认定为只是为了伤害别人；按照规则，异议权要暂停 365 天。之后您可以重新提出异议。如果您现在就知道有不实之处，请写信给运营方。
refusal-objection-wrong-state = 现在不能再这样做了：这份异议{ $state ->
    [open] 还在等待答复
    [upheld] 已被认定成立
    [dismissed] 已得到答复
    [abusive] 已得到答复
    [withdrawn] 已撤回
    [moot] 已无需答复
   *[other] 的状态是 { $state }
}。请刷新页面。
refusal-one-plan-only = 您已在本平台的另一个计划中，而这个计划只接收不在其他计划中的人。
refusal-only-members-of = 只有计划 { $plan } 的成员才能加入这一个。请先加入那个计划。
refusal-own-erasure = 谁都不能删除自己。请找另一位运营人员。
refusal-already-erased = 此人的资料早已删除。
refusal-erasure-claim-open = 此人还有未了结的救助申请，材料可能还要用。请先作出决定或等其撤回。
refusal-own-roles = 谁都不能改自己的角色。请找另一位运营人员。
refusal-payout-money-missing = 银行账户里的钱不够这笔付款。请先登记已到账的款项，或等款项到账。
refusal-payout-same-person = 这份申请由您建议或确认，必须由别人付款：决定和付款不能是同一个人。
refusal-period-does-not-add-up = 扣款失败的总额超过了本期全部分摊。请检查银行的回单。
refusal-period-earlier-one-open = { $period } 期还没有结束。请先完成那一期的扣款，它的结余要算到这里。
refusal-period-later-one-open = { $period } 期已开始公示。各期要按顺序进行。
refusal-period-not-counted = { $enrolment } 没有计入本期，不欠本期分摊。请检查银行的回单。
refusal-period-notice-running = 公示到 { $until }，好让每位成员有时间阅读。请在那之后结算。
refusal-period-payouts-outstanding = 本期还有 { $count } 笔付款没有完成，请先付清。
refusal-period-too-early-for-notice = 本期公示从 { $day } 开始，不能提前。
refusal-period-too-early-for-sharing = 本期分摊在 { $day } 扣款，不能提前。
refusal-period-wrong-state = 现在不能这样做：本期{ $state ->
    [gathering] 还在收集申请
    [on-notice] 正在公示
    [settled] 已结算
    [collected] 已扣款
    [closed] 已关闭
   *[other] { $state }
}。请刷新页面，看看下一步是什么。
refusal-plan-already-in-force = 第 { $version } 版已于 { $effective } 生效，不能撤回。请改为发布新版本。
refusal-plan-closed = 这个计划目前不接收新成员。
refusal-plan-closed-already = 这个计划已停止接收新成员。
refusal-plan-bands-after-equal = 这个计划实行过均摊，没有记录成员的年龄档，所以不能改为按年龄分摊。按年龄分摊请另建计划。
refusal-plan-currency-changed = 计划的货币不能改，因为账簿用它记账。换货币请另建计划。
refusal-plan-no-such-version = 这个计划没有第 { $version } 版。
refusal-plan-not-after-previous = 上一版于 { $previous } 生效，这一版写的是 { $effective }。请选更晚的日期。
refusal-plan-notice-too-short = 这个计划的变更要提前 { $days } 天公布。文件写的是 { $effective }，最早可以是 { $earliest }。
refusal-plan-open-already = 这个计划已在接收新成员。
refusal-plan-other = 这个文件是计划 { $found } 的，不是 { $expected } 的。
refusal-plan-wrong-version = 这个计划的下一版是 { $expected }，文件写的是 { $found }。
refusal-relation-does-not-fit = 关系不符：付款人本人不需要填，家属必须填。
refusal-relation-not-allowed = 这个计划不接收这种关系的家属。计划规则列出了可以加入的关系。
refusal-retry-window-open = 在 { $until } 之前还会再次扣款，在那之前不会失去保障。
refusal-role-already-granted = 此人已有这个角色。
refusal-role-not-held = 此人没有这个角色。
refusal-too-old = 这个计划接收的最大年龄是 { $to }。
refusal-too-young = 这个计划接收的最小年龄是 { $from }。
refusal-version-not-shown = 您看到的是第 { $shown } 版，现在生效的是第 { $in-force } 版。请看看有什么变化，再加入。
refusal-wrong-first-operator-secret = 这不是首次启动时显示的密钥，或者它已用过、超过了 24 小时。在还没有运营人员时重新启动程序，会显示一个新的。

refusal-topic-always-mailed = 这类消息（{ $topic }）总是马上发邮件。它们保护您的钱和账户：如果没看到扣款或陌生人登录的通知，您可能失去保障或账户。其他各类消息都可以自己选择。
refusal-claim-item-missing = 计划要求的一份材料还没有找到：{ $item }。请标明哪个文件可以证明，或者请申请人补交。
refusal-claim-wrong-role = 这个人没有做这项工作的角色，请另选一人。
refusal-claim-opinion-first = 这份申请被抽中做第二次独立复看，您可以来做。请先给出您自己的意见；在那之前不会让您看到原来的决定，之后这一页就会打开。
refusal-opinion-already-given = 已经有人先给出了这份申请的第二意见，您不用再做什么。
refusal-juror-already-passed = 您已经通过了考试，不用再考。
refusal-juror-already-willing = 您已经在陪审员名单上了。
refusal-juror-exam-missing = 本计划的陪审员要先通过考试，这样才会按规则评议。请先参加考试，一共十道题。
refusal-juror-no-exam = 您没有正在进行的考试。请先开始考试。
refusal-juror-not-paying = 陪审员要是在本计划里自己分摊的成员。等您为自己或别人分摊之后，就可以评议。
refusal-juror-not-willing = 您不在陪审员名单上。请先加入名单，以后随时可以退出。
refusal-juror-retake-too-early = 从 { $until } 起可以再考一次。在那之前，正好有时间读一读计划的规则。
refusal-juror-standing-too-short = 陪审员要先在计划里待一段时间，免得有人只为投票而加入。您从 { $day } 起可以评议。
refusal-juror-struck-off = 这位成员因不诚实被从陪审员名单除名，不能再评议。如果有误，请写信给运营方。
refusal-juror-too-young = 只有成年人可以评议。请满 18 岁以后再来。
refusal-jury-already-voted = 您在这个案件里已经投过票，每位陪审员只有一票。您的回执仍然能证明它会计入。
refusal-jury-ended-with-claim = 申请已经撤回，没有什么要评议了。您不用做任何事；已投的票一直密封。
refusal-jury-ground-unknown = { $ground } 不是本计划可以不受理的理由。请从清单里选一条，或者受理申请。
refusal-jury-involved = 您和这份申请有关，或者是相关人的亲属。请由别人评议，这样没有人会怀疑裁决。
refusal-jury-no-such-question = 没有等待这一步的这个问题。也许别人刚处理过，请重新打开页面。
refusal-jury-nobody-to-draw = 本计划没有可以为这份申请抽选的陪审员。要先有更多成员通过考试；申请仍然有效。
refusal-jury-not-called = 您还没有被召到这个陪审团。需要下一位候补时，我们会写信给您。
refusal-jury-others-ask = 按本计划的规则，这种情况由别人申请陪审。您仍然可以向法院起诉。
refusal-jury-replaced = 因为您退出了，或者您的时间已过，您的席位已由候补接替。这对您没有任何影响。
refusal-jury-roster-too-large = 可以抽选的陪审员超过 { $limit } 人，抽签最多容纳这么多。请告诉运营方。
refusal-jury-too-many-questions = 一个案件最多 { $limit } 个问题，每位陪审员一个。请按已有的材料评议；没有证明的内容，可以写在理由里。
refusal-jury-voting-over = 投票在 { $until } 结束了。之前投的票都会计入，裁决会公开。
refusal-jury-voting-runs = 在 { $until } 之前还可以投票。之后才计票，绝不提前。
refusal-jury-wrong-state = 按陪审案件现在的状态，不能这样做。请重新打开页面，看看进行到哪一步。
refusal-webhook-id-used = 已经有这个编号的网络回调。请打开列表查看；用新的表单可以登记新的。
refusal-webhook-too-many = 已经有 { $most } 个网络回调，平台最多管理这么多。请先删除一个不再需要的，再登记。
refusal-override-alone = 例外要由两个不同的人决定，而且都不能是为自己。请找另一位有这个权限的同事。
refusal-override-not-needed = 这个人和申请没有需要回避的关系，不需要例外。
refusal-override-there = 这个例外已经提出过。要重新提出，请先撤回。
