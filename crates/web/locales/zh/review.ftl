# 规则核对的结果，以及审核员和调查员的工作。

finding-diagnosed-kept = 这个病是加入以后才第一次查出的。
finding-diagnosed-broken = 材料显示，这个病在 { $day }就查出了，不晚于加入的那天。
finding-declared-kept = 加入时没有说的情况，都和这个病无关。
finding-declared-broken = 加入时健康问题有一项没有如实回答，而这个病正由它引起。
finding-cause-kept = 原因符合保障的要求。
finding-cause-broken = 这一项只保障意外，而这次不是意外。
finding-severity-kept = 这个程度在保障范围内。
finding-severity-broken = 这个程度不在保障范围内。
finding-age-kept = 这个年龄在保障范围内。
finding-age-broken = 这个年龄不在保障范围内。
finding-definition-kept = 没有发现不符合病症定义的地方。
finding-definition-broken = 材料没有显示病症定义要求的全部内容。
finding-excluded-kept = 没有发现计划不保障的情形。
finding-excluded-broken = 这里发生的情形，计划不保障。
finding-second-kept = 这个程度，计划还可以支付。
finding-second-broken = 计划已经付过，这一项不再付第二次。

rule-name-diagnosed = 加入后首次确诊
rule-name-declared = 健康问题如实回答
rule-name-cause = 原因符合
rule-name-severity = 程度在保障内
rule-name-age = 年龄在保障内
rule-name-definition = 符合定义
rule-name-excluded = 没有不保障的情形
rule-name-second = 以前没有付过

remedy-diagnosed = 如果医院证明是加入以后才第一次查出的，结果会不同。
remedy-declared = 如果医生证明没有说的情况和这个病无关，结果会不同。无关的情况不会让申请被拒绝。
remedy-cause = 如果事故证明写明了经过，结果会不同。
remedy-severity = 如果医院的材料显示是另一个程度，结果会不同。
remedy-age = 只有出生日期或发生的日期写错了，结果才会不同。材料可以证明。
remedy-definition = 如果记录显示了缺少的内容，比如写明每个小时的护理记录，结果会不同。
remedy-excluded = 如果材料显示经过不是这样，结果会不同。
remedy-cover = 只有材料写的是另一种有保障的病，或者另一个日期，结果才会不同。
remedy-second = 补充什么材料都不会改变。

why-rule = 计划的规则：{ $term }。
why-jury = 如果申请被拒绝，您可以在 { $days } 天内请成员组成评审团来裁决。
why-no-jury = 本计划没有评审团。您随时可以去法院。
