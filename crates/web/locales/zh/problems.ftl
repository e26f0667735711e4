# What went wrong, when it is no rule of a plan.

problem-invalid = 有几项还不对，什么都没有保存。请按下面的提示改好，再提交一次。
problem-not-found = 这里没有内容，或者您无权查看。请检查网址，或从首页重新开始。
problem-sign-in-needed = 请先登录。如果您刚才已登录，说明登录已到期，这样可以保护您在公用设备上的资料。
problem-denied = 这一步需要别的角色。如果工作需要，请向运营人员申请。
problem-cross-site-request = 有别的网站以您的名义发出了这个请求，已被拦下，什么都没有改动。如果确实是您本人操作，请回到本站的页面再提交。
problem-too-many-requests = 您所在的网络短时间内请求太多。内容不会丢，请稍等片刻再试。
problem-bad-idempotency-key = Idempotency-Key 无法使用。请发送 1 到 255 个可见的 ASCII 字符，不含空格。
problem-idempotency-key-reused = 这个 Idempotency-Key 已用于别的请求。每次新的操作请换一个新的。
problem-idempotency-key-in-use = 同一个请求还在处理中。请稍等再发一次，不会重复执行。
problem-changed-meanwhile = 就在刚才，别人改动了这里，您的修改没有保存。请刷新看看新的内容，再试一次。
problem-try-again = 我们依赖的一项服务暂时没有回应。请过一分钟再试，重复提交是安全的。
problem-broken = 我们这边出了故障，已记录给运营人员。请稍后再试；如果一直这样，请告诉我们。
problem-method-not-allowed = 这个网址不能这样使用。回应里写明了这里可以用的方式。
problem-wrong-media-type = 这种内容在这里无法读取。请按文档写明的内容类型发送。
problem-too-large = 发送的内容太大。请缩小一些，比如扫描时少用颜色。
problem-broken-off = 请求在途中断了。请再发一次。
problem-range-beyond-end = 要的部分在文件末尾之后。
problem-other-tus-version = 这里的上传使用 tus 1.0.0 版，请求里写的是别的版本。
problem-upload-offset = 已保存的字节数不同。请先查询已保存多少，再从那里继续。
problem-upload-busy = 另一个请求正在发送这个文件。请等它结束，再查询已保存多少字节。
problem-upload-checksum = 这些字节在途中变了，没有保存。请再发一次。
problem-malformed = 这个请求的格式与文档不符，什么都没有保存。请按下面的提示改正。
problem-not-json = 这个请求无法按 JSON 读取。请检查括号、逗号和引号。

problem-title-sign-in = 请先登录
problem-title-denied = 您的角色不能做这一步
problem-title-not-found = 这里没有内容
problem-title-method = 不能这样使用
problem-title-refused = 现在还不行
problem-title-invalid = 有些地方还不对
problem-title-too-many = 请稍等片刻
problem-title-try-again = 请过一分钟再试
problem-title-broken = 我们这边出了故障
problem-to-start = 回到首页
problem-to-sign-in = 登录
problem-code = 求助时请报代码：{ $code }

api-title = 程序接口
api-lead = 页面上能做的事，程序也都能做，规则完全一样。这里列出每一个调用，附有示例和所有可能的回应。
api-document = 完整的 OpenAPI 3.1 文档
api-sign-in = 需要登录：请在 Authorization 头里带上令牌。
api-public = 对所有人开放。
api-example = 请求内容示例：
api-status = 状态
api-meaning = 含义
