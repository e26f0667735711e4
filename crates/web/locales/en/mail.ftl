# Mail to members. Plain text; the first line of each pair is the subject.

mail-utc = { $moment } UTC
mail-zone = { $moment } (time of { $zone })
mail-deadline = The next step is due by { $until }. If that time passes, it is written down and you can see it on the page of your claim.
mail-foot = You can see everything about this after signing in. We never ask for a code by phone or mail.

mail-other-subject = News about your plan
mail-other-body = Something has changed. Sign in to see what.

mail-code-subject = { $code } is your code
mail-code-body =
    Your code is { $code }. It works once, for { $minutes } minutes.

    If you did not ask for it, do nothing. Somebody may have mistyped their address.

mail-joined-subject = You have joined { $plan }
mail-joined-body =
    Welcome. The enrolment in the plan “{ $plan }” has begun; you paid nothing.

    Illness is covered from { $covered_from }. Your receipt with the exact rules and your answers is on your page: print it or keep the file.

    You are told before each debit. You can leave at any time in one step.

mail-left-subject = You have left { $plan }
mail-left-body =
    The enrolment in the plan “{ $plan }” has ended. Cover ends at the beginning of { $until }.

    If a notice had begun, its share is still taken. Thank you for having helped others.

mail-age-reached-subject = The age limit of { $plan } is reached
mail-age-reached-body =
    The plan “{ $plan }” covers people up to a certain age, and somebody you pay for has reached it. The enrolment has ended; nothing more is taken for it.

mail-share-failed-subject = Your share of { $share } could not be taken
mail-share-failed-body =
    Your share of { $share } for period { $period } could not be taken from your account.

    Cover goes on. The debit is tried again until { $until }. Please see that there is enough money in the account by then; otherwise the enrolment ends.

mail-enrolment-lapsed-subject = An enrolment in { $plan } has ended
mail-enrolment-lapsed-body =
    A share stayed unpaid, so an enrolment in the plan “{ $plan }” has ended. You can join again; the wait then begins anew.

mail-claim-reported-subject = We have your claim
mail-claim-reported-body = Your claim { $claim } has arrived, with all its files. A reviewer takes it next. We wish you a good recovery.

mail-claim-taken-subject = Somebody is looking at your claim
mail-claim-taken-body = A reviewer has taken your claim { $claim } and is reading your papers.

mail-claim-evidence-needed-subject = We need something more for your claim
mail-claim-evidence-needed-body =
    The reviewer of your claim { $claim } asks for something more:

    { $text }

    Add the files on the page of your claim, then say that they are complete.

mail-claim-evidence-complete-subject = Your papers have arrived
mail-claim-evidence-complete-body = Thank you. The reviewer of your claim { $claim } goes on reading.

mail-claim-recommended-subject = A second person is checking your claim
mail-claim-recommended-body = The reviewer has finished with your claim { $claim }. Now a second person looks at it before anything is decided.

mail-claim-returned-subject = Your claim is being looked at again
mail-claim-returned-body = The second person has sent your claim { $claim } back to the reviewer for another look. You need not do anything.

mail-claim-approved-subject = Your claim is approved
mail-claim-approved-body =
    Your claim { $claim } is approved: { $aid }.

    Next it is shown on the notice board, without your name. Then everybody shares it and it is paid.

mail-claim-refused-subject = Your claim was refused
mail-claim-refused-body =
    We are sorry: your claim { $claim } was refused. The reason: “{ $reason }” On the page of your claim you can read which rule it rests on and what would change it.

    { $enrolment ->
        [refunded] By the rules of the plan the cover ends now, and every share that was taken is given back.
        [ended] By the rules of the plan the cover ends now.
        [ended-before] The cover in the plan had ended before.
       *[goes-on] The cover in the plan goes on as before.
    }

    { $jury ->
        [yes] If you think this is wrong, you can ask other members to judge as a jury until { $jury_until }. It costs nothing.
       *[no] If you think this is wrong, write to the operator.
    } Courts are open to you.

mail-claim-on-notice-subject = Your claim is on the notice board
mail-claim-on-notice-body = Your claim { $claim } is on display in period { $period }. The card shows the first letter of your name, age, sex, region, the condition and the aid; nothing else.

mail-claim-payable-subject = Your aid is on its way
mail-claim-payable-body = The shares for your claim { $claim } were taken. { $aid } will be paid to you.
mail-claim-payable-less-body = The shares for your claim { $claim } were taken. { $aid } will be paid to you. { $share } was taken off for shares of yours that were unpaid; with that they are paid.

mail-claim-paid-subject = Your aid was paid
mail-claim-paid-body = { $aid } for your claim { $claim } was paid. Everybody in the plan has shared it with you in period { $period }.

mail-claim-withdrawn-subject = You have withdrawn your claim
mail-claim-withdrawn-body = Your claim { $claim } was withdrawn. You can file a new one at any time before the deadline.

mail-digest-daily-subject = { $count ->
        [one] One message for you today
       *[other] { $count } messages for you today
    }
mail-digest-weekly-subject = { $count ->
        [one] One message for you this week
       *[other] { $count } messages for you this week
    }
mail-digest-body = You asked to read these together. Sign in and open “Messages” to read each of them; in “Settings” you can choose to get them at once.
mail-digest-more = { $count ->
        [one] and 1 more
       *[other] and { $count } more
    }

mail-plan-changed-subject = The rules of { $plan } change on { $effective }
mail-plan-changed-body =
    A new version ({ $version }) of the rules of the plan “{ $plan }” was published. It is in force from { $effective }.

    On the page of the plan you can read the new rules beside the ones of today. Claims that are open already keep the rules that they were made under. If you do not agree, you can leave in one step.

mail-claim-objected-subject = A member objects to your claim
mail-claim-objected-body =
    While your claim { $claim } was on display, a member wrote that something is not right. That is everybody's right and decides nothing.

    Somebody who did not recommend your claim now looks at it and answers in writing. Nothing is paid before that. You can read what was written, and the answer, on the page of your claim.

mail-claim-objection-upheld-subject = Your claim is being looked at again
mail-claim-objection-upheld-body = An objection to your claim { $claim } raised a real question, so the claim goes back to review. This is not a refusal: you are asked before anything is decided.

mail-claim-objection-dismissed-subject = An objection to your claim changes nothing
mail-claim-objection-dismissed-body = An objection to your claim { $claim } was answered and changes nothing. If no other objection is open, the claim goes on as before; if the shares were settled in the meantime, it goes with the next notice.

mail-claim-objection-withdrawn-subject = An objection to your claim was taken back
mail-claim-objection-withdrawn-body = The member who objected to your claim { $claim } has taken the objection back. If no other objection is open, the claim goes on as before.

mail-objection-raised-subject = We have your objection
mail-objection-raised-body =
    Thank you for looking closely. Your objection to the claim { $claim } has arrived. The person who is ill does not learn who you are.

    Somebody who did not recommend the claim answers in writing by { $until }. You can take the objection back until then.

mail-objection-answered-subject = Your objection { $answer ->
    [moot] has no object any more
   *[other] has an answer
}
mail-objection-answered-body =
    { $answer ->
        [upheld] Your objection to the claim { $claim } was right to be raised: the claim goes back to review.
        [dismissed] Your objection to the claim { $claim } was looked at and changes nothing. The answer says why.
        [abusive] Your objection to the claim { $claim } was answered as made only to hurt somebody. After two such answers within one year the right to object rests for 365 days. The answer says why.
       *[other] The claim { $claim } has left its notice for another reason, so there is nothing left to object to. You need not do anything.
    }

    You can read the answer on the page of your objection.

mail-work-assigned-subject = A claim was given to you
mail-work-assigned-body = The claim { $claim } in { $plan } was given to you to review. Your recommendation is due by { $until }. If you are close to the person who is ill, say so on the desk; somebody else takes it then.

mail-work-objection-subject = An objection waits for an answer
mail-work-objection-body = A member objected to the claim { $claim } in { $plan }. The answer is due by { $until }. Somebody who did not recommend the claim has to give it.

mail-claim-late-subject = Your claim is late, and it is our turn
mail-claim-late-body = The time for the next step of your claim { $claim } has passed without it. That is our delay, not yours: you lose nothing, and it stands on the page of your claim for everybody who looks after it. The plan's public figures count it too.

mail-claim-late-without-subject = Your claim goes on without what was asked for
mail-claim-late-without-body = Something that was asked for in your claim { $claim } has not come in time. The reviewer may go on without it now. If it is still on its way, add it as soon as you can: it is looked at for as long as nothing is decided.

mail-claim-verdict-for-subject = { $ruling ->
    [no-quorum] Too few voted, and your claim goes on
   *[other] The jury's verdict for you takes effect
}
mail-claim-verdict-for-body = { $ruling ->
    [no-quorum] Too few members voted on your claim { $claim }. Then the decision that was there stands, and it was for you.
   *[other] The members who judged your claim { $claim } found for you, and nobody can ask for another jury any more.
} The aid is { $aid }. It goes on with the notice of the plan, like every other claim.

mail-claim-verdict-review-subject = The jury found for you; a reviewer looks at your claim again
mail-claim-verdict-review-body = The members who judged your claim { $claim } found for you, so the refusal no longer stands. But the table of the plan has no amount for what you filed, and a jury cannot make one. A reviewer looks at your claim again and tells you what can be done.

mail-claim-verdict-against-subject = The jury's verdict takes effect
mail-claim-verdict-against-body = { $ruling ->
    [no-quorum] Too few members voted on your claim { $claim }. By the rules of the plan the decision that was there then stands: the refusal.
   *[other] The members who judged your claim { $claim } did not find for you, and nobody can ask for another jury any more.
} We are sorry. Within the plan this is final; you can still go to court.

mail-work-webhook-given-up-subject = A request to a program was given up
mail-work-webhook-given-up-body = A program of yours ({ $webhook }) did not take a request for several days, so it was given up. On the page of the webhook you see which and why, and can send it again.

mail-jury-accepted-subject = A jury will judge your case
mail-jury-accepted-body =
    The request for a jury about the claim { $claim } is accepted. Members who have nothing to do with it will judge. On its page you see how far they are.

mail-jury-declined-subject = The request for a jury was not accepted
mail-jury-declined-body =
    A clerk did not accept the request for a jury about the claim { $claim }. The page says on which rule, and what you can do now. Courts stay open to you.

mail-jury-drawn-subject = The jurors of your case are drawn
mail-jury-drawn-body =
    The jurors for the claim { $claim } were drawn by lot. Anybody can check the draw. They judge by { $until } at the latest.

mail-jury-judged-subject = The jury has judged
mail-jury-judged-body =
    The jury about the claim { $claim } has voted. Its page has the verdict, the reasons, and until when a larger jury can be asked for, where the plan has one.

mail-juror-called-subject = You were drawn as a juror
mail-juror-called-body =
    A case of the plan { $plan } was given to you by lot. Please read what both sides say and vote by { $until }. If you cannot or do not want to, step aside on the page: it costs nothing and needs no reason.

mail-juror-voided-subject = A case that you were to judge has ended
mail-juror-voided-body = The claim in the case of the plan { $plan } for which you were drawn was withdrawn, so there is nothing left to judge. You need not do anything. Ballots that were cast stay sealed: nobody opens them.

mail-jury-voided-subject = The claim was withdrawn; the jury ends
mail-jury-voided-body = The claim { $claim }, about which you asked for a jury, was withdrawn. Nothing is paid, and there is nothing left to judge. Ballots that were cast stay sealed.

mail-juror-judged-subject = Your case as a juror is judged
mail-juror-judged-body =
    The vote in the case of the plan { $plan } for which you were drawn has ended. The page has the verdict, and you can check there that your ballot was counted.

mail-jury-asked-subject = Jurors have a question for you
mail-jury-asked-body =
    Somebody who judges the claim { $claim } wants to know something from you. Please answer on the page of the case before the vote ends ({ $until }): all jurors read your answer.

mail-juror-open-subject = You are asked to judge a dispute
mail-juror-open-body =
    A dispute in the plan { $plan } is open to all jurors. Please read what both sides say, and vote by { $until }. Nobody has to: if you are too close to it or do not want to, you need not do anything.

mail-juror-reminder-subject = The time to vote ends soon
mail-juror-open-reminder-body =
    The vote about a dispute in the plan { $plan } ends on { $until }. Everybody who was asked gets this message, so that nobody can tell from it who has voted. If you have voted, nothing is left to do.

mail-juror-reminder-body =
    Your time to judge a case of the plan { $plan } ends on { $until }. If you have voted, nothing is left to do. If you cannot judge it, step aside on its page: then somebody else gets your seat at once.

mail-juror-answered-subject = Your question as a juror was answered
mail-juror-answered-body =
    A question that you asked in a case of the plan { $plan } has an answer. All jurors of the case can read it on its page.
