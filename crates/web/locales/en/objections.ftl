# Objections: on cards, on one's own pages, in the queue of those who answer.

objections-mine-title = Your objections
objections-mine-lead = What you objected to, and what was answered. The people who are ill do not learn who you are.
objections-queue-title = Objections that wait for an answer
objections-queue-lead = The most urgent first. Whoever recommended the claim cannot answer, and claims of people close to you are not in this list.
objections-none = No objections here.

objection-title = An objection
objection-done = Done. Everybody concerned has a message.
objection-card = The card on the notice board
objection-claim = The claim
objection-said = What was objected
objection-answered = The answer
objection-text-gone = The text was destroyed together with the personal data of the person who was ill.
objection-files = Files
objection-files-go = Add or look at files
objection-files-back = Back to the objection
objection-files-seen-by = Your files are seen by those who answer the objection, and by nobody else. The claimant is told how many there are, and cannot open them. Files stay; you can add some until there is an answer, up to 10.
objection-files-told = { $count ->
    [one] The objector handed in one file. Those who answer look at it; you cannot open it, because it could show who objected.
   *[other] The objector handed in { $count } files. Those who answer look at them; you cannot open them, because they could show who objected.
}
objection-col-state = State
objection-fact-ground = Ground
objection-fact-raised = Raised on
objection-fact-turn = Whose turn
objection-turn-staff = Somebody who did not recommend the claim
objection-fact-until = Answer due
objection-fact-then = If that passes
objection-then = The delay is written down and shown. The claim is not paid without an answer.
objection-late = The answer is late. That is written down. The claim still waits; nothing is paid without an answer.
objection-fact-ended = Ended on
objection-fact-claim = The claim is

objection-ground-not-as-stated = The illness is not as the card says
objection-ground-before-cover = It began before the cover did
objection-ground-undisclosed = Something was kept secret when joining
objection-ground-other-person = The card describes another person than the one who is ill
objection-ground-other = Another reason
objection-ground-missing = Choose the ground that fits best.

objection-state-open = waits for an answer
objection-state-upheld = right: back to review
objection-state-dismissed = answered: changes nothing
objection-state-abusive = answered: made to hurt
objection-state-withdrawn = taken back
objection-state-moot = the claim left its notice

objection-form-ground = What speaks against this claim?
objection-form-text = What do you know, and how?
objection-form-text-hint = Write what you have seen or can show. The claimant reads this text, but not your name: write nothing that gives you away. On the next page you can add files.
objection-form-send = Send objection
objection-form-sign-in = Sign in to object
card-objections = { $count ->
    [one] One objection was raised to this claim.
   *[other] { $count } objections were raised to this claim.
}

objection-answer-title = Your answer
objection-answer-lead = The objector and the claimant read it. It stays for ever, with your decision on the log.
objection-answer-legend = What follows?
objection-answer-upheld = It is right: back to review
objection-answer-upheld-hint = What was decided is void; somebody has to recommend anew. You become the reviewer.
objection-answer-dismissed = It changes nothing
objection-answer-dismissed-hint = The claim goes on, if no other objection is open.
objection-answer-abusive = It was made only to hurt somebody
objection-answer-abusive-hint = The claim goes on. Two such answers within 365 days cost the objector the right to object for 365 days.
objection-answer-missing = Choose what follows.
objection-answer-text = Why
objection-answer-text-hint = In plain words: what was looked at, and what it showed. Name nobody.
objection-answer-send = Send the answer
objection-withdraw-lead = If you were mistaken, you can take the objection back. You cannot object to this claim again.
objection-withdraw = Take it back
