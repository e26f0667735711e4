# Second opinions, conflicts, the evidence viewer and signals: what stands on the desk beside the claim itself.

opinion-nav = Second opinions
opinion-title = Second opinions
opinion-lead = Some decided claims are drawn by lot and looked at once more by somebody who does not know what was decided. Your opinion changes no decision. How often people agree is published.
opinion-none-title = No second opinion is wanted
opinion-none-text = When a claim is drawn that you had no part in, it stands here.
opinion-one = { $plan } · claim { $claim }
opinion-due = Due { $due }.
staff-small-waits = { $count ->
    [one] { $count } small claim waits for you as the second person
   *[other] { $count } small claims wait for you as the second person
}
opinion-waits = { $count ->
    [one] { $count } claim waits for a second opinion
   *[other] { $count } claims wait for a second opinion
}
opinion-today = { $count ->
    [one] { $count } second opinion · { $plan }
   *[other] { $count } second opinions · { $plan }
}
opinion-blind-title = You look with fresh eyes
opinion-blind-text = You see the facts and the files, and nothing of what others wrote or decided. The decision stays closed to you until your opinion is in.
opinion-list-title = Checklist
opinion-list-text = Tick as you go. The ticks are for you alone and are not sent.
opinion-list-definition = The papers show all that the definition asks for
opinion-list-excluded = Looked at: { $text }
opinion-form-title = Your own opinion
opinion-answer = What would you have decided?
opinion-approve = The plan should pay
opinion-refuse = The plan should not pay
opinion-reason = Why not
opinion-reason-hint = Only if the plan should not pay.
opinion-give = Give this opinion
opinion-thanks-title = Thank you
opinion-thanks-lead = Your opinion is kept. Nobody has to do anything with this claim because of it.
opinion-thanks-given = You gave it on { $day }.
opinion-thanks-what = It is counted in the monthly figure that says how often two people judge alike. Where they differ, the rules and the forms are looked at, not you.
opinion-thanks-next = To the next one
opinion-thanks-desk = See what was decided

close-title = Are you too close to this claim?
close-text = If you know the people well, work with them, or gain or lose by the decision, please step aside. Nobody thinks less of you for it.
close-label = What connects you with it
close-hint = One sentence is enough. Only people who could make an exception read it.
close-send = Step aside
close-done = Thank you. Somebody else takes care of that claim, and you do not see it any more.

conflict-nav = Conflicts
conflict-title = Conflicts and exceptions
conflict-lead = Whoever is too close to a claim does not see it. Where nobody else can do the work, two different people can make an exception.
conflict-find-title = Look at one claim
conflict-find-label = Number of the claim
conflict-find-hint = It begins with clm_ and stands in the audit trail.
conflict-find = Look
conflict-claim-wrong = Write the whole number of the claim. It begins with clm_.
conflict-list-title = Exceptions
conflict-none-title = No exception
conflict-none-text = Everybody who is too close to a claim keeps away from it.
conflict-of-claim = Claim { $claim }
conflict-in-force = In force
conflict-waits = Waits for a second person
conflict-confirm = Agree as the second person
conflict-withdraw = Take it back
conflict-desk-title = Conflicts with claim { $claim }
conflict-desk-lead = These people do not see the claim, unless an exception is in force.
conflict-related-title = Who keeps away
conflict-related-none = Nobody who works here is too close to it.
conflict-ask-title = Ask for an exception
conflict-ask-text = It counts only when a second person has agreed. Both of you stand on the log.
conflict-ask-who = For whom
conflict-choose = Choose a person
conflict-ask-why = Why nobody else can do it
conflict-ask-hint = The second person and auditors read this.
conflict-ask = Ask a second person
conflict-done-ask = Asked. A second person has to agree.
conflict-done-confirm = The exception is in force.
conflict-done-withdraw = The exception is taken back.
conflict-why-own = They are the claimant.
conflict-why-relative = They pay for somebody in it, or somebody in it pays for them.
conflict-why-household = They live at the same address.
conflict-why-hospital = They work for the hospital that treats, or are treated there.
conflict-why-employer = They work where the claimant works.
conflict-why-payee = A claim of their own goes to the same account.
conflict-why-declared = They said so themselves.

staff-after = Claim { $claim }: { $text }
staff-filter-overdue = Overdue
staff-filter-step = Which step
staff-filter-every-step = Every step
viewer-ways = Look at the files
viewer-first = First file
viewer-next = Next file
viewer-previous = Previous file
viewer-beside = Two side by side
viewer-alone = This one alone
viewer-put-beside = Put it beside
viewer-larger = Larger
viewer-smaller = Smaller
viewer-fit = As wide as the page
viewer-size = Size %n of 4
viewer-no-pdf = Your browser does not show PDF files here. Open it in a new tab.
viewer-claim-next = Next claim
viewer-claim-previous = Previous claim
keys-title = Keys
keys-text = Each key does what a link on this page does. Keys are left alone while you type.
keys-on = Keys are on
keys-files = next file, previous file
keys-beside = two files side by side, or one alone
keys-size = larger, smaller, as wide as the page
keys-claims = next claim, previous claim of your queue
keys-form = to what you can do
keys-list = this list

signal-title = Worth a look
signal-limit = These are reasons to look, not reasons to refuse. There is often a good explanation: a family with one account, a clinic for the whole village.
signal-same-file = { $count ->
    [one] The very same file is also in a claim of somebody else.
   *[other] The very same file is also in { $count } claims of other people.
}
signal-similar-picture = { $count ->
    [one] A picture looks like one in a claim of somebody else, but is another file. It may be the same photo, saved again or changed, or a photo of the same form. Please put the two side by side.
   *[other] A picture looks like pictures in { $count } claims of other people, but is another file. It may be the same photo, saved again or changed, or a photo of the same form. Please put them side by side.
}
signal-same-payee = { $count ->
    [one] A claim of somebody else names the same account for the money.
   *[other] { $count } claims of other people name the same account for the money.
}
signal-same-phone = { $count ->
    [one] A claim of somebody else names the same phone number.
   *[other] { $count } claims of other people name the same phone number.
}
signal-same-address = { $count ->
    [one] A claim of somebody else names the same address.
   *[other] { $count } claims of other people name the same address.
}
signal-same-doctor = Unusually many claims name this doctor at this hospital: { $count } of other people.
signal-soon-after-wait = { $count ->
    [0] It happened on the first day after the wait.
    [one] It happened { $count } day after the first day of cover.
   *[other] It happened { $count } days after the first day of cover.
}
