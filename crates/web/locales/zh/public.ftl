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
nav-operator = 运营
nav-audit = 审计
account-home = 我的

persona-nobody = 访客（未登录）
persona-member = 成员
persona-reviewer = 审核员
persona-confirmer = 复核员
persona-operator = 运营者
persona-auditor = 审计员

form-try-again = 有一项查询暂时没有回音，这次操作没有生效。请过几分钟再试。
