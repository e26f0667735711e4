# 人人可看的内容：导航、计划、规则、公示栏、各期账目，以及关于平台的页面。

nav-plans = 计划
nav-plan = 计划介绍
nav-notice = 公示栏
nav-periods = 各期账目
nav-rules = 规则
nav-help = 帮助
nav-verify = 自己核对
nav-home = 我的保障
nav-claims = 我的申请
nav-review = 待审核
nav-confirm = 待复核
nav-investigate = 待调查
nav-clerk = 陪审案件
nav-operator = 运营
nav-audit = 审计
account-home = 我的

persona-nobody = 访客（未登录）
persona-member = 成员
persona-neighbour = 邻居
persona-newcomer = 还没有加入的人
persona-parent = 为孩子缴费的家长
persona-refused = 申请被拒绝的成员
persona-aided = 已领取互助金的成员
persona-claimant = 提出了申请的成员
persona-reviewer = 审核员
persona-confirmer = 复核员
persona-investigator = 外部调查员
persona-clerk = 陪审书记员
persona-juror = 陪审员
persona-operator = 运营者
persona-auditor = 审计员

form-try-again = 有一项查询暂时没有回音，这次操作没有生效。请过几分钟再试。

period-name = { $month }第 { $ordinal } 期
page-of = 第 { $page } 页，共 { $pages } 页
not-yet = 还没有
end-of-day = { $day }结束前
unit-days = { $count ->
   *[other] 天
}
unit-hours = { $count ->
   *[other] 小时
}

# 状态、由谁处理，以及其他常用词。
state-draft = 草稿
state-reported = 已提交
state-under-review = 审核中
state-more-evidence-needed = 需要补充材料
state-investigating = 调查中
state-recommended = 复核中
state-approved = 已通过
state-refused = 未通过
state-on-notice = 公示中
state-objected = 异议核查中
state-jury-requested = 陪审团审议中
state-verdict = 已裁决
state-cleared = 公示通过
state-payable = 待支付
state-paid = 已支付
state-withdrawn = 已撤回

holder-claimant = 轮到您了。
holder-reviewer = 现在由审核员处理。
holder-investigator = 调查员正在核实情况。
holder-confirmer = 另一位工作人员正在复核。
holder-calendar = 等待下一期开始。
holder-members = 现在所有人都可以查看公示。
holder-jury = 现在由陪审团处理。
holder-operator = 现在由运营者处理。
holder-nobody = 没有谁还需要做什么。

period-state-gathering = 收集申请
period-state-on-notice = 公示中
period-state-settled = 分摊已确定
period-state-collected = 支付中
period-state-closed = 已结清

version-draft = 草案
version-scheduled = 即将生效
version-in-force = 现行
version-superseded = 已被取代
version-withdrawn = 已撤回

severity-mild = 轻度
severity-moderate = 中度
severity-severe = 重度
sex-female = 女
sex-male = 男

# 计划
plans-title = 互助计划
plans-lead = 一人生病，众人相助。选一个计划，看看它是什么、到现在花了多少、适合谁。
plans-none-title = 还没有计划
plans-none-text = 运营者还没有发布计划，请以后再来看看。
plans-none-link = 互助是怎么回事

plan-open = 可以加入
plan-closed = 暂停加入
plan-join = 加入
plan-read-rules = 看规则
plan-stat-members = { $count ->
   *[other] 位成员今天在分摊
}
plan-stat-waiting = 另有 { $count } 位已加入、还没开始计入
plan-stat-helped = { $count ->
   *[other] 件申请已由大家分摊
}
plan-stat-last = 是每人最近一期的分摊
plan-stat-last-note = { $period }
plan-stat-year = 最近十二个月合计
plan-stat-year-note = 按一直在计划里的成员计算

plan-how-title = 怎么运作
plan-step-join-title = 加入不花钱
plan-step-join = 加入时不用付钱。等待 { $wait }以后，生病才有保障。
plan-step-join-accident = 加入时不用付钱。意外从第二天起有保障，生病要等 { $wait }。
plan-step-join-no-wait = 加入时不用付钱，第二天起就有保障。
plan-step-claim-title = 生病了，提出申请
plan-step-claim = { $count ->
   *[other] 一共保障 { $count } 种情况。您交上材料，由两位不同的人先后查看；不论结果如何，都会告诉您理由。
}
plan-step-notice-title = 人人可以看
plan-step-notice = 付钱之前，案情会在公示栏公开 { $days }，不写姓名。
plan-step-share-title = 大家平摊
plan-step-share = 互助金加上 { $fee } 的管理费，由全体成员平摊。每个人付的一分不差，而且事后才付。
plan-step-share-banded = 互助金加上 { $fee } 的管理费，由全体成员按年龄档分摊，事后才付。
plan-step-share-sponsor = 互助金和 { $fee } 的管理费由赞助方承担，成员不付钱。

plan-cost-title = 到现在花了多少
plan-all-periods = 查看各期账目
plan-see-notice = 去看公示栏
plan-facts-title = 几个要点
plan-next-begins = 计划从 { $day }开始。
plan-next-notice = 下一次公示从 { $notice }开始，分摊在 { $sharing }扣款。
plan-next-sharing = 下一次分摊在 { $sharing }扣款。

fact-ages = 谁可以加入
fact-ages-value = { $from }至{ $to }
fact-aid = 单次最高互助金
fact-wait = 疾病等待期
fact-fee = 管理费
fact-fee-value = { $fee }，只对实际支付的互助金收取
fact-cap = 每人每年最多付
fact-cap-value = { $amount }
fact-cap-none = 没有上限

plan-not-title = 它不是什么
plan-not-insurance = 它不是保险。没有公司向您承诺一笔钱，是成员按公开的规则互相帮助。
plan-not-rise = 它没有固定价格。生病的人多了，或者参加的人少了，每人就付得多。
plan-not-rise-range = 它没有固定价格。到现在每期分摊在 { $least } 到 { $most } 之间，以后可能上涨。
plan-not-end = 它不是永久的。计划可以终止，但必须提前 { $notice }公告。
plan-not-pot = 它不是一个资金池。没有人替您保管钱。

forecast-none = 还没有分摊过，所以没有历史价格。以后每期多少，谁也不能给您一个老实的数。
forecast-text = { $periods ->
   *[other] 如果像最近 { $periods } 期那样，每期大约 { $mean }，一年大约 { $year }；这几期里最高的一期是 { $largest }。这只是照过去推算，将来怎样谁也不知道。
}

chart-period = 期
chart-share-title = 每位成员付了多少
chart-share-desc = { $count ->
   *[other] 最近 { $count } 期，最低 { $least }，最高 { $most }。
}
chart-share-axis = 每人分摊（{ $currency }）
chart-headcount-title = 参加分摊的人数
chart-headcount-desc = 每期公示开始前的零点清点。
chart-headcount-axis = 人数
chart-claims-title = 分摊的申请
chart-claims-desc = 每期帮助了多少人。
chart-claims-axis = 件数

# 规则
rules-title = 规则
rules-version = 第 { $version } 版
rules-lead = 先用大白话说一遍，下面是软件据以计算的原文。两者不一致时，以原文为准。
rules-effective = { $day }起
rules-text-title = 条款原文
rules-text-lead = 这就是计划文件，一字不改。每一版都有一个摘要，写在按这一版加入的每位成员的凭证里。
rules-text-file = 以文件打开
rules-text-show = 显示原文
rules-versions-title = 历次版本
rules-versions-lead = 申请适用患病当天有效的版本。新版本不影响已经在处理的申请。
rules-first = 第一版。
rules-no-change = 没有改变任何人要付的或能得到的。
rules-more-changes = 还有 { $count } 处改动，请看原文。
change-gains = 对成员有利
change-loses = 对成员不利
change-both = 有人得、有人付
change-neutral = 不好说

# 公示栏
notice-title = 公示栏
notice-lead = 这里是已通过、即将支付的申请。付钱之前，人人都可以看。
notice-none-title = 现在没有公示
notice-none-text = 下一次公示的日期还没有定。
notice-none-next = 下一次公示从 { $day }开始。
notice-past = 往期账目
notice-clock-who = 现在人人都可以看这些公示。
notice-clock-until = 公示到 { $until }。
notice-until = 公示到 { $until }
notice-over-tag = 公示已结束
notice-since = 出事前已在计划里 { $days }
notice-gave = { $count ->
   *[other] 此前帮助过 { $count } 人，一共付了 { $amount }
}
notice-gave-nothing = 在这位成员加入期间，还没有分摊过
notice-search = 查找和筛选
notice-words = 病名，或申请编号
notice-words-hint = 可以写病名里的字、ICD 编码，或完整的编号（clm_ 开头）。不能按人名查找。
notice-stage = 进行到哪一步
notice-stage-on-display = 正在公示
notice-stage-objected = 有异议，正在答复
notice-stage-over = 公示已结束
notice-stage-all = 全部
notice-group = 病种
notice-any-group = 所有病种
notice-period-field = 期次
notice-any-period = 所有期次
notice-aid-from = 互助金不少于
notice-aid-to = 互助金不多于
notice-from = 公示结束日不早于
notice-to = 公示结束日不晚于
notice-show = 查看
notice-show-all = 回到正在公示的全部申请
notice-found-none = 没有符合条件的公示
notice-found-none-text = 请少写几个字，或放宽范围。只能查找公示上写着的内容。
notice-first-page = 第一页
notice-over-in = { $period }，公示已结束
notice-period = 这些申请属于哪一期
notice-hidden-title = 哪些看得到，哪些看不到
notice-hidden = 公示不含全名、住址、医院和材料。这些只有审核这件申请的人看得到，每看一次都有记录。
notice-object = 您知道有什么不对吗？公示期间，本计划的成员可以在公示页面上提出异议。没有推荐过这件申请的人必须书面答复，在此之前不会付款。生病的人不会知道是谁提出的异议。
card-title = { $name }：{ $condition }
card-aid = 互助金
card-aid-note = 由全体成员分摊，另加计划的管理费
card-person = 成员
card-condition = 病症
card-severity = 程度
card-since = 加入时间
card-gave = 帮助过别人
card-definition-title = 规则里的定义
card-doubt-title = 如果您有疑问

# 各期账目
periods-title = 各期账目
periods-lead = 每一期都会收集申请、公示、分摊。每期花了多少，都在这里。
periods-none-title = 还没有开始第一期
periods-next = 下一期从 { $day }开始公示。
periods-over-time = 历期变化
col-sharing = 分摊日
col-members = 人数
col-claims = 件数
col-aid = 互助金
col-share = 每人分摊
col-state = 状态
col-name = 成员

statement-words-notice = { $claims ->
    [0] 本期没有公示的申请，共清点 { $members }。
   *[other] 本期公示 { $claims } 件申请，合计 { $aid }，将由 { $members }分摊。
}
statement-words-none = 本期没有通过的申请，谁也不用付钱。
statement-words = { $claims ->
   *[other] 本期 { $claims } 件申请共获互助金 { $aid }，另加管理费 { $fee }。
}
statement-words-share = 由 { $members }分摊，每人 { $share }。
statement-words-others = 其中 { $amount } 由他人承担，因为超过了上限或另有人付。
statement-words-surplus = 因为向上取整，多收了一点：{ $amount } 转入下一期。

statement-open-title = 分摊还没有确定
statement-open = 公示期间总额还可能变化，公示结束以后才计算分摊。
statement-equation-title = 这一份是怎么算出来的
equation-aid = { $count ->
    [0] 互助金：没有申请
   *[other] { $count } 件申请的互助金
}
equation-aid-note = 公示以后确定的数
equation-fee = 加上管理费 { $fee }
equation-fee-note = 只对实际支付的互助金收取
equation-carried-in = 加上上一期转来的费用
equation-surplus-before = 减去上期取整的结余
equation-surplus-before-note = 上一期多收的零头
equation-cost = 等于要分摊的费用
equation-members = 除以全体成员
equation-members-note = 公示开始前零点清点
equation-minus-operator = 减去超过上限、由运营者承担的
equation-minus-sponsor = 减去赞助方付的
equation-minus-carried-out = 减去超过上限、由下一期承担的
equation-left = 等于成员分摊的
equation-share = 等于每人一份
equation-share-note = 向上取整到最小单位，人人一样
equation-share-note-largest = 最高的一档；因年龄或年度封顶，有人少付
statement-rest-title = 钱从哪里来
equation-total = 全体分摊合计
equation-operator = 超过上限的部分由运营者承担
equation-sponsor = 赞助方承担
equation-carried-out = 超过上限的部分由下一期承担
equation-surplus = 结余，转入下一期
equation-surplus-note = 所以没有人比别人多付一分钱
statement-adds-up-title = 账是平的
statement-adds-up = 本页刚刚重新加了一遍：互助金 + 管理费 + 结余 = 全体分摊 + 上期结余 + 他人承担；每位成员的分摊加起来等于总数，支付加起来等于互助金。
statement-wrong-title = 账不平
statement-wrong = 上面的数互相矛盾，这本来不该发生。请告诉运营者，在解释清楚以前先不要付。
statement-groups-title = 谁付多少
statement-groups = 这一期各人的分摊不同，同一组的人付的一样。
statement-group-name = 组
statement-group = 第 { $number } 组
statement-claims-title = 本期的申请
statement-no-claims = 没有。
statement-more-claims = 本期全部公示
statement-dates-title = 日期
statement-counted = 清点人数（零点）
statement-notice = 公示结束
statement-sharing = 扣款日
statement-version = 适用规则版本
bank-title = 银行回报
bank-collected = 已扣到
bank-failed = 没扣到
bank-failed-value = { $count ->
   *[other] { $count } 笔，{ $amount }
}
bank-report = 回报的摘要
statement-proof-title = 我怎么知道这是真的？
statement-proof-now = 今天就能核对的：用本页的数重算一遍；在您自己的页面看您那一份。
statement-proof-tree = 您自己的页面上，每一笔分摊都有凭证：它证明您的这一笔包含在这笔总数里，而且总数和人数对每个人都一样。凭证不能证明的：名册里的每个成员都真有其人，每一次生病都是真的。
statement-proof-without = 这里不能核对的：有没有人被重复清点或漏掉。等式和人数已在公开日志上，以后改不了。

# 关于平台
help-title = 帮助
help-lead = 简短的回答。没有您要找的，请写信给计划的运营者。
help-join-title = 加入
help-join-1 = 用邮箱登录，我们发验证码，不用密码。然后您看清要同意什么、填写身份、回答健康问题，检查无误再提交。
help-join-2 = 您会得到一份凭证，写明规则的版本和您的回答。请保存，这是约定的证明。
help-pay-title = 付钱
help-pay-1 = 有人需要帮助之后才付，从不预付。每次扣款前都会提醒您。
help-pay-2 = 扣款没成功，会在几天内再试，这期间保障不变。如果一直不成功，保障就会终止。
help-ill-title = 如果生病了
help-ill-1 = 先治病。然后打开“我的申请”，开始填写。随时可以停下，以后再接着填。
help-ill-2 = 提交以前，我们会告诉您规则怎么说。那还不是决定，决定由人来做。
help-ill-3 = 提交以后，您随时看得到现在由谁处理、最晚什么时候答复。
help-refused-title = 如果没有通过
help-refused-1 = 您会知道理由和依据的规则。如果觉得不对，请写信给运营者，要求再看一次。
help-refused-2 = 如果计划规则设有陪审，可以请与此事无关的成员评议：您的申请页面会写明怎样申请、到哪一天为止。您随时可以去法院。
help-leave-title = 退出
help-leave-1 = 在您的页面上一步就能退出，先看到还欠多少。以后可以再来，但等待期要重新计算。
help-complain-title = 投诉
help-complain-1 = 请写信给计划的运营者。如果没有用，可以找监管部门或者法院。

privacy-title = 隐私
privacy-lead = 知道得尽量少，公开得更少，谁看过都有记录。
privacy-what-title = 保存什么
privacy-what-1 = 邮箱、姓名、证件号码、出生日期、健康回答，以及您申请时交的材料。全部用您自己的密钥加密。
privacy-what-2 = 要判断一个人是不是已经加入，比较的是加密的指纹，不是号码本身。
privacy-who-title = 谁看得到
privacy-who-1 = 您自己。如果您提出申请：负责审核和复核的两个人。他们每打开一次材料，都有记录。
privacy-who-2 = 亲属的申请要回避。
privacy-public-title = 公开什么
privacy-public-1 = 如果申请通过：姓、年龄、性别、地区、病症、互助金，以及您帮助过别人多少。没有别的。
privacy-cookies-title = Cookie
privacy-cookies-1 = 一个用来保持登录，一个记住语言，一个记住深浅色。不跟踪，也没有别家公司的东西。
privacy-rights-title = 您的权利
privacy-rights-1 = 您可以向运营者要一份自己的数据，也可以要求删除。删除就是销毁您的密钥；账本里的数留下，但没有您的名字。


source-title = 源代码
source-lead = 整套软件都是公开的，谁都可以看、可以用、可以改。
source-what-title = 许可
source-what-1 = 互助是自由软件，按 MIT 或 Apache 2.0 许可使用，任选其一。
source-what-2 = 每个计划的规则是一个文本文件，软件就按它计算，在规则页上可以看到。
source-run-title = 试一试
source-run-1 = 一群人可以在自己的电脑上，按自己的规则办一个计划。本站使用的源代码在哪里，请问运营者。

# 登录
sign-in-title = 登录或注册
sign-in-lead = 我们用邮件发一个验证码，没有密码，也就不会忘。
sign-in-address = 您的邮箱
sign-in-address-hint = 只写与您的计划有关的信。
sign-in-send = 发验证码
sign-in-why-title = 为什么没有密码？
sign-in-why = 密码容易忘、会重复用、会被偷。验证码只能用一次，十五分钟有效。
sign-in-code-title = 输入验证码
sign-in-code-lead = 六位数字已发到 { $address }，十五分钟内有效。
sign-in-code = 验证码
sign-in-code-hint = 六位数字。也请看看垃圾邮件。
sign-in-go = 登录
sign-in-again = 重新发送
sign-in-demo-title = 这是演示，不会真的发邮件
sign-in-demo = 去演示邮箱看看
first-operator-title = 成为首位运营者
first-operator-lead = 平台第一次启动时，显示过一个口令，只显示一次。谁在这里输入它，谁就可以运营计划。
first-operator-secret = 口令
first-operator-hint = 64 个字符，启动后 24 小时内有效。
first-operator-go = 成为运营者
