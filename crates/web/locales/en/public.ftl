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
nav-investigate = To investigate
nav-clerk = Jury cases
nav-operator = Run the plan
nav-audit = Audit
account-home = My page

persona-nobody = Nobody, not signed in
persona-member = A member
persona-neighbour = A neighbour
persona-newcomer = Somebody who has not joined yet
persona-parent = A parent who pays for a child
persona-refused = A member whose claim was refused
persona-aided = A member who was paid
persona-claimant = A member who has filed a claim
persona-reviewer = A reviewer
persona-confirmer = A second reviewer, who confirms
persona-investigator = An investigator from outside
persona-clerk = The clerk of juries
persona-juror = A juror
persona-operator = The operator
persona-auditor = An auditor

form-try-again = We could not ask somebody who has to answer first. Nothing has happened. Please try again in a few minutes.

period-name = Period { $ordinal } of { $month }
page-of = Page { $page } of { $pages }
not-yet = not yet
end-of-day = the end of { $day }
unit-days = { $count ->
    [one] day left
   *[other] days left
}
unit-hours = { $count ->
    [one] hour left
   *[other] hours left
}

# States, holders, and other words of the domain.
state-draft = Draft
state-reported = Handed in
state-under-review = Being reviewed
state-more-evidence-needed = More evidence needed
state-investigating = Being investigated
state-recommended = Second look
state-approved = Approved
state-refused = Refused
state-on-notice = On notice
state-objected = Objection being examined
state-jury-requested = Before the jury
state-verdict = Verdict given
state-cleared = Cleared
state-payable = About to be paid
state-paid = Paid
state-withdrawn = Withdrawn

holder-claimant = It is your turn.
holder-reviewer = It is with a reviewer.
holder-investigator = An investigator is finding out the facts.
holder-confirmer = A second person is checking the decision.
holder-calendar = It waits for the next period to begin.
holder-members = Everybody can read the card now.
holder-jury = It is with the jury.
holder-operator = It is with the operator.
holder-nobody = Nobody has to do anything any more.

period-state-gathering = Gathering claims
period-state-on-notice = On notice
period-state-settled = Share fixed
period-state-collected = Being paid out
period-state-closed = Closed

version-draft = Draft
version-scheduled = Comes into force later
version-in-force = In force
version-superseded = Replaced
version-withdrawn = Withdrawn

severity-mild = Mild
severity-moderate = Moderate
severity-severe = Severe
sex-female = woman
sex-male = man

# Plans
plans-title = Plans
plans-lead = When one of us falls ill, all help a little. Choose a plan to see what it is, what it has cost so far, and who it is for.
plans-none-title = There is no plan yet
plans-none-text = The operator has not published a plan. Come back later.
plans-none-link = How mutual aid works

plan-open = Open to new members
plan-closed = Closed to new members
plan-join = Join
plan-read-rules = Read the rules
plan-stat-members = { $count ->
    [one] member shares the cost today
   *[other] members share the cost today
}
plan-stat-waiting = and { $count } more who joined and are not counted yet
plan-stat-helped = { $count ->
    [one] claim shared so far
   *[other] claims shared so far
}
plan-stat-last = was the last share of each member
plan-stat-last-note = { $period }
plan-stat-year = in the last twelve months
plan-stat-year-note = for somebody who was in all the time

plan-how-title = How it works
plan-step-join-title = You join for nothing
plan-step-join = You pay nothing to join. Then you wait { $wait } before an illness is covered.
plan-step-join-accident = You pay nothing to join. Accidents are covered from the next day on, illness after a wait of { $wait }.
plan-step-join-no-wait = You pay nothing to join. Cover begins the next day.
plan-step-claim-title = If you fall ill, you say so
plan-step-claim = { $count ->
    [one] One condition is covered. You hand in your papers; two different people look at them and give you a reason, whatever they decide.
   *[other] { $count } conditions are covered. You hand in your papers; two different people look at them and give you a reason, whatever they decide.
}
plan-step-notice-title = Everybody can look
plan-step-notice = Before any money moves, a card about the claim is on the notice board for { $days }, without the name.
plan-step-share-title = All pay the same small part
plan-step-share = The aid, and a fee of { $fee } on it, is divided by all members. Everybody pays the same, to the last cent, and only then.
plan-step-share-banded = The aid, and a fee of { $fee } on it, is divided by all members, with a weight for each age. Nothing is paid before.
plan-step-share-sponsor = A sponsor pays the aid and a fee of { $fee } on it. Members pay nothing.

plan-cost-title = What it has cost so far
plan-all-periods = All periods with their sums
plan-see-notice = The notice board
plan-facts-title = In short
plan-next-begins = The plan begins on { $day }.
plan-next-notice = The next notice begins on { $notice }. Its share is taken on { $sharing }.
plan-next-sharing = The next share is taken on { $sharing }.

fact-ages = Who may join
fact-ages-value = From { $from } to { $to }
fact-aid = Most aid for one claim
fact-wait = Wait before illness is covered
fact-fee = Fee
fact-fee-value = { $fee }, only on aid that is really paid
fact-cap = Most that you pay in a year
fact-cap-value = { $amount }
fact-cap-none = There is no limit

plan-not-title = What it is not
plan-not-insurance = It is not insurance. No company promises you a sum. Members help each other by rules that everybody can read.
plan-not-rise = It is not a fixed price. When more people fall ill, or fewer take part, each pays more.
plan-not-rise-range = It is not a fixed price. So far a share was between { $least } and { $most }, and it can rise.
plan-not-end = It is not for ever. The plan can end, and has to say so { $notice } before.
plan-not-pot = It is not a pot of money. Nobody holds your money in between.

forecast-none = Nothing has been shared yet, so there is no price history. Nobody can tell you honestly what a share will be.
forecast-text = { $periods ->
    [one] If it goes on as in the one period so far, a share is about { $mean }, and a year about { $year }. The share was { $largest }. This looks at the past only; nobody knows what comes.
   *[other] If it goes on as in the last { $periods } periods, a share is about { $mean }, and a year about { $year }. The largest share among them was { $largest }. This looks at the past only; nobody knows what comes.
}

chart-period = Period
chart-share-title = What each member paid
chart-share-desc = { $count ->
    [one] One period: { $most }.
   *[other] From { $least } to { $most } in the last { $count } periods.
}
chart-share-axis = Share of one member, { $currency }
chart-headcount-title = Members who shared
chart-headcount-desc = Counted at midnight before the notice of each period.
chart-headcount-axis = Members
chart-claims-title = Claims that were shared
chart-claims-desc = How many people were helped in each period.
chart-claims-axis = Claims

# Rules
rules-title = Rules
rules-version = Version { $version }
rules-lead = First in plain words. Below stands the exact text that the software computes with: where the two differ, the exact text counts.
rules-effective = from { $day }
rules-text-title = The exact text
rules-text-lead = This is the plan file, word for word. Each version has a digest that stands in the receipt of everybody who joined under it.
rules-text-file = Open as a file
rules-text-show = Show the exact text
rules-versions-title = All versions
rules-versions-lead = A claim keeps the version that was in force on the day of the illness. A new version never touches a claim that is open.
rules-first = The first version.
rules-no-change = Nothing that changes what anybody pays or gets.
rules-more-changes = And { $count } more changes; the exact texts show all of them.
change-gains = Members gain
change-loses = Members lose
change-both = Some gain, others pay
change-neutral = Neither

# Notice board
notice-title = Notice board
notice-lead = Claims that were approved and are about to be paid. Everybody can read them before any money moves.
notice-none-title = No claim is on notice now
notice-none-text = The date of the next notice is not known yet.
notice-none-next = The next notice begins on { $day }.
notice-past = Past periods
notice-clock-who = Everybody can read these cards now.
notice-clock-until = The notice ends on { $until }.
notice-until = On notice until { $until }
notice-over-tag = Notice over
notice-since = { $days } in the plan before it happened
notice-gave = Has helped { $count ->
    [one] one person
   *[other] { $count } people
} before, with { $amount } in all
notice-gave-nothing = No claim was shared yet while this member was in the plan
notice-search = Search and filter
notice-words = Illness, or number of a claim
notice-words-hint = A word of the name of the illness or its ICD code, or a whole number such as clm_…. Names of people cannot be searched.
notice-stage = How far
notice-stage-on-display = On display now
notice-stage-objected = An objection is being answered
notice-stage-over = The notice has ended
notice-stage-all = All of these
notice-group = Group of illnesses
notice-any-group = All groups
notice-period-field = Period
notice-any-period = All periods
notice-aid-from = Aid from
notice-aid-to = Aid up to
notice-from = The notice ends on or after
notice-to = The notice ends on or before
notice-show = Show
notice-show-all = Back to all that is on display
notice-found-none = No card fits this search
notice-found-none-text = Try fewer words or a wider range. Only what stands on a card can be searched.
notice-first-page = First page
notice-over-in = Period { $period }, notice ended
notice-period = The period that these claims belong to
notice-hidden-title = What you see, and what you do not
notice-hidden = A card shows no full name, no address, no hospital and no papers. Those are seen only by the people who review the claim, and each look is written down.
notice-object = Do you know something that speaks against a claim? Members of the plan can object on the page of a card while the notice runs. Somebody who did not recommend the claim has to answer in writing, and nothing is paid before that. The person who is ill does not learn who objected.
card-title = { $name }: { $condition }
card-aid = Aid granted
card-aid-note = Shared by all members, with the fee of the plan on top
card-person = Person
card-condition = Condition
card-severity = Grade
card-since = In the plan
card-gave = Gave to others
card-definition-title = What the rules mean by this
card-doubt-title = If you have doubts

# Periods
periods-title = Periods
periods-lead = In each period claims are gathered, shown and shared. Here is what every one of them has cost.
periods-none-title = No period has begun yet
periods-next = The next period goes on notice on { $day }.
periods-over-time = Over time
col-sharing = Shared on
col-members = Members
col-claims = Claims
col-aid = Aid
col-share = Share
col-state = State
col-name = Member

statement-words-notice = { $claims ->
    [0] No claim is on display. { $members } were counted.
    [one] One claim over { $aid } is on display. { $members } were counted and will share it.
   *[other] { $claims } claims over { $aid } are on display. { $members } were counted and will share them.
}
statement-words-none = No claim was approved in this period, so nobody pays anything.
statement-words = { $claims ->
    [one] One claim was granted { $aid }, and the fee is { $fee }.
   *[other] { $claims } claims were granted { $aid } together, and the fee is { $fee }.
}
statement-words-share = Shared by { $members }, that makes { $share } each.
statement-words-others = { $amount } of it is borne by others, because it is above a limit or somebody else pays it.
statement-words-surplus = Rounding up collects a little too much: { $amount } goes into the next period.

statement-open-title = The share is not fixed yet
statement-open = While the notice runs, the sum can still change. The share is computed when it has ended.
statement-equation-title = How the share comes about
equation-aid = { $count ->
    [0] Aid: no claim
    [one] Aid for one claim
   *[other] Aid for { $count } claims
}
equation-aid-note = what was granted, after the notice
equation-fee = plus a fee of { $fee }
equation-fee-note = only on aid that is paid
equation-carried-in = plus cost carried over from the period before
equation-surplus-before = minus what rounding left over last time
equation-surplus-before-note = the surplus of the period before
equation-cost = is the cost to share
equation-members = divided by all members
equation-members-note = counted at midnight before the notice began
equation-minus-operator = minus what the operator bears above a limit
equation-minus-sponsor = minus what the sponsor pays
equation-minus-carried-out = minus what the next period bears above a limit
equation-left = is what the members share
equation-share = is the share of each
equation-share-note = rounded up to the smallest coin, the same for everybody
equation-share-note-largest = the largest one; some owe less because of their age or the yearly limit
statement-rest-title = Where the money comes from
equation-total = All shares together
equation-operator = The operator bears what is above a limit
equation-sponsor = The sponsor bears
equation-carried-out = The next period bears what is above a limit
equation-surplus = Left over, carried to the next period
equation-surplus-note = this is why nobody pays a cent more than the others
statement-adds-up-title = It adds up
statement-adds-up = This page has just added it up again: aid + fee + surplus equals all shares + what was left before + what others bear, the shares of all members add up to the total, and the payouts to the aid.
statement-wrong-title = It does not add up
statement-wrong = The figures above contradict each other. That should never happen. Please tell the operator, and do not pay before it is explained.
statement-groups-title = Who owes what
statement-groups = Shares differ in this period. Everybody in one group owes the same.
statement-group-name = Group
statement-group = Group { $number }
statement-claims-title = Claims of this period
statement-no-claims = None.
statement-more-claims = All claims of this period on the notice board
statement-dates-title = Dates
statement-counted = Members counted at 0:00 on
statement-notice = Notice ends
statement-sharing = Shares are taken on
statement-version = Version of the rules
bank-title = What the bank reported
bank-collected = Taken
bank-failed = Not taken
bank-failed-value = { $count ->
    [one] one debit, { $amount }
   *[other] { $count } debits, { $amount }
}
bank-report = Digest of the report
statement-proof-title = How do I know it is true?
statement-proof-now = What you can check today: the equation, with the figures on this page, and your own share on your page.
statement-proof-tree = Your share on your page has a receipt. It shows that your share is part of this sum, and that the sum and the number of members are the same for everybody. What no receipt shows: that every member in the roster is a real person, and that each illness was real.
statement-proof-without = What you cannot check here: that nobody was counted twice or left out. The log holds the equation and the headcount, so neither can be changed later.

# Texts about the platform
help-title = Help
help-lead = Short answers. If yours is missing, write to the operator of your plan.
help-join-title = Joining
help-join-1 = You sign in with your mail address; we send you a code, there is no password. Then you read what you agree to, say who you are, answer the health questions and check everything before you send it.
help-join-2 = You get a receipt with the exact version of the rules and your answers. Keep it: it is the proof of what was agreed.
help-pay-title = Paying
help-pay-1 = You pay after others have needed help, never before. You are reminded before each debit.
help-pay-2 = If a debit fails, it is tried again for some days. Your cover goes on meanwhile. If it still fails, your enrolment ends.
help-ill-title = If you fall ill
help-ill-1 = First get well. Then open “My claims” and begin a claim. You can stop at any time and go on later.
help-ill-2 = Before you hand it in, we show you what the rules say. That is not the decision: people decide.
help-ill-3 = Afterwards you always see who has your claim and until when they must answer.
help-refused-title = If a claim is refused
help-refused-1 = You are told the reason and the rule. If you think it is wrong, write to the operator and ask for another look.
help-refused-2 = Where the rules of the plan have juries, members who have nothing to do with the case can judge it: the page of your claim says how to ask for one, and until when. Courts are always open to you.
help-leave-title = Leaving
help-leave-1 = One step from your page. You see first what is still owed. You can come back, but the wait begins anew.
help-complain-title = Complaints
help-complain-1 = Write to the operator of your plan. If that does not help, go to the authority that supervises the operator, or to a court.

privacy-title = Privacy
privacy-lead = We know as little as we can, show less, and write down who looked.
privacy-what-title = What is stored
privacy-what-1 = Your mail address, your name, the number of your identity document, your date of birth, your health answers, and what you hand in with a claim. All of it is encrypted with keys of your own.
privacy-what-2 = To find out whether somebody is already a member, we compare keyed hashes, not the numbers themselves.
privacy-who-title = Who sees it
privacy-who-1 = You. If you file a claim: the reviewer and the second person who decide on it. Each time they open a file, it is written down.
privacy-who-2 = Nobody acts on a claim of a relative.
privacy-public-title = What everybody sees
privacy-public-1 = If your claim is approved: a card with the first letter of your name, your age, sex, region, the condition, the aid, and what you have given to others. Nothing else.
privacy-cookies-title = Cookies
privacy-cookies-1 = One that keeps you signed in, one for the language, one for light or dark. No tracking, nothing from other companies.
privacy-rights-title = Your rights
privacy-rights-1 = You can ask the operator for a copy of your data and for erasure. Erasing destroys your keys; what stands in the books stays without your name.


source-title = Source code
source-lead = The whole of the software is open. Anybody may read, use and change it.
source-what-title = Licence
source-what-1 = Huzhu is free software under the MIT licence or the Apache licence 2.0, as you like.
source-what-2 = The rules of each plan are a text file that the software computes with. You find it on the rules page.
source-run-title = Try it
source-run-1 = A group can run its own plan on its own computer, with its own rules. Ask the operator of this site for the address of the source code that it runs.

# Signing in
sign-in-title = Sign in or register
sign-in-lead = We send you a code by mail. There is no password to forget.
sign-in-address = Your mail address
sign-in-address-hint = We write to it only about your plan.
sign-in-send = Send me a code
sign-in-why-title = Why no password?
sign-in-why = Passwords are forgotten, used twice and stolen. A code works once, for fifteen minutes.
sign-in-code-title = Enter your code
sign-in-code-lead = We sent six digits to { $address }. They work for fifteen minutes.
sign-in-code = Code
sign-in-code-hint = Six digits. Look in the spam folder too.
sign-in-go = Sign in
sign-in-again = Send another code
sign-in-demo-title = This is a demo: no mail is sent
sign-in-demo = Look into the mailbox of the demo
first-operator-title = Become the first operator
first-operator-lead = When the platform was started for the first time, it showed a secret once. Whoever types it here may run the plan.
first-operator-secret = The secret
first-operator-hint = 64 characters. It works for 24 hours after the start.
first-operator-go = Become the operator
