# What only the demo has.

demo-mailbox-title = Mailbox of the demo
demo-mailbox-lead = The demo sends no mail. What it would have sent stands here, newest first. To sign in for real, ask for a code with any address and read it here.
demo-mailbox-to = To { $to } · { $at }
demo-mailbox-empty = No mail yet
demo-mailbox-empty-text = Ask for a sign-in code, and it appears here.
demo-mailbox-sign-in = Sign in
demo-clock-title = The demo's clock
demo-clock-lead = Put the clock forward to see what time brings: votes end, deadlines pass, verdicts take effect. It only goes forward, for everybody who looks at this demo.
demo-clock-hour = One hour
demo-clock-day = One day
demo-clock-week = One week
