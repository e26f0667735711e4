# What everybody may read: navigation, plans, rules, notice board, periods, and pages about the platform.

nav-plans = Plans
nav-plan = The plan
nav-notice = Notice board
nav-periods = Periods
nav-rules = Rules
nav-help = Help
nav-verify = Check it yourself
nav-home = My cover
nav-claims = My claims
nav-review = To review
nav-confirm = To confirm
nav-operator = Run the plan
nav-audit = Audit
account-home = My page

persona-nobody = Nobody, not signed in
persona-member = A member
persona-reviewer = A reviewer
persona-confirmer = A second reviewer, who confirms
persona-operator = The operator
persona-auditor = An auditor

form-try-again = We could not ask somebody who has to answer first. Nothing has happened. Please try again in a few minutes.
