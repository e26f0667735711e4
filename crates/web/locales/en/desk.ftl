# Second opinions, conflicts, the evidence viewer and signals: what stands on the desk beside the claim itself.

opinion-nav = Second opinions
opinion-title = Second opinions
opinion-lead = Some decided claims are drawn by lot and looked at once more by somebody who does not know what was decided. Your opinion changes no decision. How often people agree is published.
opinion-none-title = No second opinion is wanted
opinion-none-text = When a claim is drawn that you had no part in, it stands here.
opinion-one = { $plan } · claim { $claim }
opinion-due = Due { $due }.
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
