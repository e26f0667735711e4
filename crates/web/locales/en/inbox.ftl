# Messages and how to be told.

nav-inbox = Messages

inbox-title = Messages
inbox-lead = { $count ->
    [0] You have read everything.
    [one] 1 message is unread.
   *[other] { $count } messages are unread.
}
inbox-ways = Which messages
inbox-all = All
inbox-unread = Unread
inbox-new = New
inbox-none-unread = Nothing is unread
inbox-none-unread-text = You have read every message.
inbox-empty = No messages yet
inbox-empty-text = When something happens with your claims, your plans or your money, you can read it here.
inbox-read-all = Mark all as read
inbox-done-read = Marked as read.
inbox-done-unread = Marked as unread.
inbox-settings = Choose how you are told
inbox-back = All messages
inbox-open = Go to what this is about
inbox-mark-unread = Mark as unread

telling-title = How you are told
telling-lead = Every message stands under “Messages” at once. Here you choose which of them also come by mail, and when.
telling-language = Language of mails
telling-language-hint = These pages have a language switch of their own.
telling-language-last = The language of the page on which I last signed in
telling-at-once = By mail, at once
telling-daily = In one mail a day
telling-weekly = In one mail a week
telling-never = Not by mail
telling-digest-hint = The mail of the day is sent after 0:00 UTC (8:00 in China), the mail of the week on Mondays. When there is nothing to say, none is sent.
telling-save = Save
telling-done = Saved. It holds for messages from now on.
telling-fixed-title = What is always mailed at once
telling-fixed-text = These cannot be switched off, since they protect you:

topic-my-claims = My claims
topic-my-claims-hint = Where your claims stand, what is asked of you, what was decided and paid.
topic-money = Shares and debits
topic-money-hint = A debit that fails unnoticed can end your cover.
topic-juror-duty = Jury duty
topic-juror-duty-hint = When you are asked to judge, and until when. A mail that you read too late gives your seat to somebody else.
topic-objections = Objections
topic-objections-hint = Objections that you made, and objections to claims of yours.
topic-plan-changes = My plans
topic-plan-changes-hint = Joining, leaving, new rules.
topic-work = My work
topic-work-hint = Tasks of reviewers, confirmers, investigators and operators.
topic-security = Signing in
topic-security-hint = Only you can tell whether it was you who signed in.
