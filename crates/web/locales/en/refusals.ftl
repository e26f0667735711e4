# Rules that said no: what, why, and what helps.

refusal-address-known = Somebody with this mail address is a member already. Please use that account.
refusal-already-enrolled = This person is in the plan already. Each person can be in a plan once, so that nobody shares twice.
refusal-already-in-arrears = The share of period { $period } stands as unpaid already. There is nothing more to record.
refusal-claim-conflict = This person is too close to the claim: related, of the same household, workplace or hospital, or they stepped aside. Please choose somebody else.
refusal-claim-cost-missing = This plan pays back proven costs. Please give the cost of the treatment as proven by the bills.
refusal-claim-evidence-already-added = This file is part of the claim already. There is no need to send it twice.
refusal-claim-evidence-not-due = The claimant may still bring evidence until { $until }. Please wait until then, or until it is there.
refusal-claim-id-used = A claim with this id exists already. Please open that one, or make a new id.
refusal-claim-needs-confirmer = By the rules of this plan a confirmer decides here: on aid of { $from } and more, and on every refusal. Below that another reviewer may.
refusal-claim-no-evidence = There is no evidence in this claim yet. Please add at least one file, such as the diagnosis, before handing it in.
refusal-claim-not-eligible = This claim cannot be approved, because a rule of the plan is not met: { $rule ->
    [not-enrolled] the person was not in the plan on the day of the event
    [inside-wait] the illness began inside the waiting period
    [not-in-cover] the plan does not cover this illness
    [filed-late] it was handed in after the last day for it
    [shares-unpaid] shares were unpaid for too long
    [ceiling-reached] the plan has paid as much as it can
   *[other] { $rule }
}. { $day ->
    [none] The finding in the claim says what would change it.
   *[other] The day that decides is { $day }. The finding in the claim says what would change it.
}
refusal-claim-not-yours = A colleague is examining this claim. Please take it first if you want to go on with it.
refusal-claim-nothing-to-pay = By the table of the plan nothing would be paid for this claim. Please check grade, age and unpaid shares.
refusal-claim-notice-running = The claim is on display until { $until }, so that members can read it. It can go on after that.
refusal-claim-other-period = The claim belongs to period { $period }. Please go on with it there.
refusal-claim-not-independent = Whoever gathers the facts must be independent. This person reviews, decided or objected to the claim. Please choose somebody else.
refusal-claim-notice-over = The time for objections ended at { $until }. If you know of a wrong, please write to the operator.
refusal-claim-already-objected = You have objected to this claim before. Each member objects once; you can still read the answer.
refusal-claim-objection-not-open = This objection is answered or taken back already, or it is another member's. Please reload the page.
refusal-claim-no-jury = By the rules of this plan no jury can be asked for here. You can still go to court.
refusal-claim-too-late-for-jury = A jury could be asked for until { $until }. That time is over. You can still go to court.
refusal-claim-already-judged = A jury has judged this claim, and the rules of the plan give no other one. You can still go to court.
refusal-claim-verdict-open = A larger jury may still be asked for until { $until }. The verdict takes effect after that.
refusal-claim-own = This is a claim of your own. Somebody else has to decide it.
refusal-claim-reason-unknown = { $reason } is no reason of this plan and no rule that is broken here. Please choose a reason from the list, so that the claimant can look it up.
refusal-claim-recommendation-outdated = The facts have changed since the recommendation: the plan would now give another amount. Please send the claim back to its reviewer.
refusal-claim-same-person = You recommended this decision yourself. A second person has to confirm it, so that nobody decides alone.
refusal-claim-too-much-evidence = A claim can hold { $limit } files. Please put pages of one document into one file.
refusal-claim-evidence-too-large = All files of a claim together can have { $limit } bytes; with this one they would have { $found }. Please leave out what says the same twice.
refusal-dispute-evidence-too-large = All your files for this dispute together can have { $limit } bytes; with this one they would have { $found }. Please choose those that show most, or scan them smaller.
refusal-dispute-too-much-evidence = You can hand in { $limit } files for one dispute. Please put pages of one document into one file, and choose those that show most.
refusal-too-many-uploads = You can have { $limit } uploads under way at once; this would be number { $found }. Please finish one of them or give it up.
refusal-claim-unknown-evidence = This file is not part of the claim. Please reload the claim and choose again.
refusal-claim-wrong-state = This cannot be done any more or not yet: the claim is { $state ->
    [draft] still being written
    [reported] handed in and waiting for a reviewer
    [under-review] under review
    [more-evidence-needed] waiting for evidence
    [investigating] being investigated
    [recommended] waiting for a second person
    [approved] approved
    [refused] refused
    [on-notice] on display
    [objected] objected to
    [jury-requested] before a jury
    [verdict] judged by a jury
    [cleared] through its notice
    [payable] about to be paid
    [paid] paid
    [withdrawn] withdrawn
   *[other] { $state }
}. Please reload the claim to see what comes next.
refusal-credit-too-low = This plan asks for a credit score of { $least }, and yours is { $score }. Other plans may not ask for one.
refusal-enrolment-ended = This cover ended on { $until }. You may join again; the waiting period starts anew.
refusal-evidence-id-used = Another file was sent under this id before. Please send it under a new one.
refusal-health-refuses = With this answer in the health declaration ({ $question }) the plan cannot take the person. It is a plan for people who are healthy when they join.
refusal-health-unanswered = A question of the health declaration is not answered yet ({ $question }). Please answer all of them.
refusal-history-not-shown = Please look at the price history and the forecast first. Nobody should join without knowing what it may cost.
refusal-identity-already-given = You have said who you are already. If something is wrong with it, please ask the operator to correct it.
refusal-identity-missing = Please say who you are first: the plan covers a person, not an address.
refusal-identity-not-confirmed = The name, the number and the date of birth do not belong together, according to the identity service. Please check them against your document.
refusal-mandate-missing = Without your permission to debit shares the plan cannot share costs with you. Please agree to the mandate; you are reminded before each debit.
refusal-no-age-limit = This plan has no age limit.
refusal-not-born = The date of birth lies in the future. Please check it.
refusal-not-over-age = The age limit is reached on { $from }, not before.
refusal-nothing-owed = Nothing is owed for period { $period }.
refusal-objection-id-used = There is an objection with this id already. Please reload the page and send your objection again.
refusal-objection-not-member = Only members of the plan can object, because it is their money. If you know of a wrong, please write to the operator.
refusal-objection-own = Nobody answers their own objection. Somebody else has to.
refusal-objection-right-lost = You cannot object until { $until }. Two of your objections within one year were answered as made only to hurt somebody, and the rule is that the right to object then rests for 365 days. After that you can object again. If you know of a wrong now, please write to the operator.
refusal-objection-wrong-state = This cannot be done any more: the objection { $state ->
    [open] is open
    [upheld] was found right
    [dismissed] was answered
    [abusive] was answered
    [withdrawn] was taken back
    [moot] has no object any more
   *[other] is { $state }
}. Please reload the page.
refusal-one-plan-only = You are in another plan of this platform, and this plan takes only people who are in no other.
refusal-only-members-of = Only members of the plan { $plan } can join this one. Please join that one first.
refusal-own-erasure = Nobody erases themselves. Please ask another operator.
refusal-already-erased = This person was erased before.
refusal-erasure-claim-open = A claim of this person is still open: its evidence may be needed. Decide it or let it be withdrawn first.
refusal-own-roles = Nobody changes their own roles. Please ask another operator.
refusal-payout-money-missing = There is not enough money at the bank for this payout. Please record the money that has come in first, or wait for it.
refusal-payout-same-person = You recommended or confirmed this claim. Somebody else has to pay it, so that nobody decides and pays alone.
refusal-period-does-not-add-up = The failed debits add up to more than all shares of the period. Please check the report of the bank.
refusal-period-earlier-one-open = Period { $period } is still open. Please collect its shares first: what it leaves over counts here.
refusal-period-later-one-open = Period { $period } has begun its notice already. Periods go in order.
refusal-period-not-counted = The enrolment { $enrolment } was not counted in this period, so it owes nothing for it. Please check the report of the bank.
refusal-period-notice-running = The notice runs until { $until }, so that every member has the time to read. Please settle after that.
refusal-period-payouts-outstanding = { $count } payouts of this period are still to be made. Please pay or settle them first.
refusal-period-too-early-for-notice = The notice of this period begins on { $day }, not before.
refusal-period-too-early-for-sharing = Shares of this period are taken on { $day }, not before.
refusal-period-wrong-state = This cannot be done now: the period is { $state ->
    [gathering] still gathering claims
    [on-notice] on notice
    [settled] settled
    [collected] collected
    [closed] closed
   *[other] { $state }
}. Please reload the period to see what comes next.
refusal-plan-already-in-force = Version { $version } is in force since { $effective } and cannot be withdrawn. Please publish a new version instead.
refusal-plan-closed = The plan takes no new members at the moment.
refusal-plan-closed-already = The plan takes no new members already.
refusal-plan-bands-after-equal = This plan has had equal shares, so it does not know the age class of its members and cannot share by age. Please make a new plan for shares by age.
refusal-plan-currency-changed = A plan keeps its currency, because its books are kept in it. Please make a new plan for another currency.
refusal-plan-no-such-version = There is no version { $version } of this plan.
refusal-plan-not-after-previous = The version before takes effect on { $previous }, and this one on { $effective }. Please choose a later day.
refusal-plan-notice-too-short = Changes of this plan are announced { $days } days before. The file says { $effective }; the earliest day is { $earliest }.
refusal-plan-open-already = The plan takes new members already.
refusal-plan-other = This file is about the plan { $found }, not about { $expected }.
refusal-plan-wrong-version = The next version of this plan is { $expected }; the file says { $found }.
refusal-relation-does-not-fit = This relation does not fit: a payer needs none, and a dependant needs one.
refusal-relation-not-allowed = This plan does not take dependants of this relation. The rules of the plan list those that it takes.
refusal-retry-window-open = The debit is still tried again until { $until }. Nobody loses cover before that.
refusal-role-already-granted = This person has the role already.
refusal-role-not-held = This person does not have the role.
refusal-too-old = The plan takes people up to the age of { $to }.
refusal-too-young = The plan takes people from the age of { $from }.
refusal-version-not-shown = You were shown version { $shown } of the plan, and version { $in-force } is in force by now. Please read what has changed, then join.
refusal-wrong-first-operator-secret = This is not the secret that was printed at the first start, or it was used or is over 24 hours old. A new one is printed when the program starts while there is no operator.

refusal-topic-always-mailed = Messages about this topic ({ $topic }) are always mailed at once. They protect your money and your account: if a debit or a stranger’s sign-in went unread, you could lose cover or access. You can choose for all other topics.
refusal-claim-item-missing = A paper that the plan asks for was not found yet: { $item }. Tick it with the file that shows it, or ask the claimant for it.
refusal-claim-wrong-role = This person does not have the role for that work. Please choose somebody else.
refusal-claim-opinion-first = This claim was drawn for a blind second look, and you can give it. Please give your own opinion first. Until then nobody shows you what was decided. After that this page opens.
refusal-opinion-already-given = Somebody else gave the second opinion on this claim before you. There is nothing left to do.
refusal-juror-already-passed = You have passed the exam already. There is nothing more to take.
refusal-juror-already-willing = You are on the list of jurors already.
refusal-juror-exam-missing = Jurors of this plan have passed its exam first, so that they judge by its rules. Please take the exam; it has ten questions.
refusal-juror-no-exam = No exam of yours is going on. Please begin one first.
refusal-juror-not-paying = Jurors are members who pay a share in this plan themselves. Once you pay for yourself or for somebody else, you can judge.
refusal-juror-not-willing = You are not on the list of jurors. Please put yourself on it first; you can take yourself off at any time.
refusal-juror-retake-too-early = The exam can be taken again from { $until } on. Until then there is time to read the rules of the plan.
refusal-juror-standing-too-short = Jurors have been in the plan for a while, so that nobody joins only to vote. You can judge from { $day } on.
refusal-juror-struck-off = This member was struck off the list of jurors for dishonesty, and cannot judge any more. Please write to the operator if that is a mistake.
refusal-juror-too-young = Only adults can judge. Please come back when you are 18.
refusal-jury-already-voted = You have voted in this case already, and each juror has one ballot. Your receipt still shows that it counts.
refusal-jury-ended-with-claim = The claim was withdrawn, so there is nothing left to judge. You need not do anything; ballots that were cast stay sealed.
refusal-jury-ground-unknown = { $ground } is no ground on which this plan lets a request be declined. Please choose one from the list, or accept the request.
refusal-jury-involved = You have to do with this claim, or are related to somebody who has. Others judge it, so that nobody has to doubt the verdict.
refusal-jury-no-such-question = There is no such question that waits for this step. Somebody may have been faster: please load the page again.
refusal-jury-nobody-to-draw = No juror of this plan can be drawn for this claim. More members have to take the exam first; the request stays open.
refusal-jury-not-called = You have not been called for this jury. When the next reserve is needed, we write to you.
refusal-jury-others-ask = By the rules of this plan others ask for a jury in this case. You can still go to court.
refusal-jury-replaced = Your seat in this jury was given to a reserve, because you stepped aside or your time was over. This costs you nothing.
refusal-jury-roster-too-large = More than { $limit } jurors could be drawn, and the draw takes at most so many. Please tell the operator.
refusal-jury-too-many-questions = A case takes { $limit } questions, one from each juror. Please judge by what is there; what is not proven may be said in your reason.
refusal-jury-voting-over = The vote ended at { $until }. Ballots that came before are counted; the verdict will be public.
refusal-jury-voting-runs = Somebody can still vote until { $until }. The ballots are counted after that, and never before.
refusal-jury-wrong-state = This cannot be done with the jury case as it stands now. Please load the page again to see where it stands.
refusal-webhook-id-used = There is a webhook with this id already. Open the list of webhooks to see it; a new form makes a new one.
refusal-webhook-too-many = There are { $most } webhooks already, which is as many as the platform looks after. Remove one that nobody needs, then register this one.
refusal-override-alone = Two different people make an exception, and neither of them for themselves. Please ask a colleague with this right.
refusal-override-not-needed = This person is not too close to the claim and needs no exception.
refusal-override-there = This exception was asked for before. Take it back first if it should be made anew.
