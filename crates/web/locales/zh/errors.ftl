# What is wrong with one entry of a form, and what helps.

error-unreadable = 这一项无法读取：{ $why }
error-limit-out-of-range = 每页行数请填 1 到 200。
error-bad-cursor = 这个翻页标记不是我们给出的，或者列表已变。请从第一页开始。
error-other-currency = 这个计划用的是另一种货币。请按计划的货币填写金额。
error-not-an-amount = 这不是该货币的金额。请填数字，小数位数不超过该货币的位数，例如 0.03。
error-not-a-tag = 这不是 ETag。请原样发送读取时得到的 ETag，包括引号。
error-missing = 这一项还没有填，请补上。
error-too-long = 文字太长，请缩短到 4,000 字以内。
error-too-many = 共有 { $found } 条，一次最多 { $limit } 条，请分开提交。
error-not-a-mail-address = 这不像邮箱地址。请检查有没有打错，格式类似 name@example.org。
error-wrong-code = 验证码不对。请看最新的一封邮件；输错五次后需要重新获取。
error-code-expired = 这个验证码不能再用了：已超过 15 分钟，或试错太多次。请重新获取。
error-name-missing = 还没有填姓名。请按证件上的写。
error-name-impossible = 姓名太长，或含有证件上不会有的符号。请按证件填写，最多 120 字。
error-identity-number-impossible = 这不是证件号码。请按证件填写 4 到 40 位字母和数字。
error-birth-impossible = 这个出生日期不可能。请检查一下。
error-region-too-long = 地区太长，请缩短到 60 字以内，比如只写省份。
error-before-plan = 那一天计划还没有生效。请检查日期。
error-unknown-condition = 计划里没有这种疾病。请从计划的清单里选择。
error-file-empty = 这个文件是空的。可能上传中断了，请重新选择。
error-file-too-large = 这个文件至少有 { $found } 字节，最多 { $limit } 字节。请缩小或分成几份。
error-picture-too-large = 这张图片至少有 { $found } 字节，最多 { $limit } 字节。请存成小一些的图片，比如 JPEG。
error-file-longer-than-announced = 收到的字节（{ $found }）比预告的（{ $limit }）多。请重新选择文件。
error-file-type = 这不是 PDF、JPEG、PNG、HEIC 或 DICOM 文件。请另存为其中一种；只改文件名没有用。
error-plan-file-mistake = 第 { $line } 行第 { $column } 列：{ $message } 怎么改：{ $remedy }（规则 { $rule }）
