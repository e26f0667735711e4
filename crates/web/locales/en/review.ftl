# What the rules find, and what reviewers and investigators do.

finding-diagnosed-kept = The illness was first found after joining.
finding-diagnosed-broken = Papers show that the illness was found on { $day }, before the person had joined or on that day.
finding-declared-kept = Nothing that was left out when joining has to do with this illness.
finding-declared-broken = Something was left out of the health questions when joining, and this illness comes from it.
finding-cause-kept = The cause fits what is covered.
finding-cause-broken = This is covered after an accident only, and it was not an accident.
finding-severity-kept = The illness is covered at this grade.
finding-severity-broken = The illness is not covered at this grade.
finding-age-kept = The illness is covered at this age.
finding-age-broken = The illness is not covered at this age.
finding-definition-kept = Nothing speaks against the definition of the illness.
finding-definition-broken = The papers do not show all that the definition of the illness asks for.
finding-excluded-kept = Nothing that the plan leaves out was found.
finding-excluded-broken = The plan leaves out what happened here.
finding-second-kept = The plan can still pay for this grade.
finding-second-broken = The plan has already paid, and pays no second time for this.

rule-name-diagnosed = First found after joining
rule-name-declared = Health questions answered
rule-name-cause = Cause fits
rule-name-severity = Grade covered
rule-name-age = Age covered
rule-name-definition = Definition met
rule-name-excluded = Nothing left out
rule-name-second = Not paid before

remedy-diagnosed = It would be different if the hospital confirms that the illness was first found after joining.
remedy-declared = It would be different if a doctor confirms that what was left out has nothing to do with this illness. What is unrelated refuses no claim.
remedy-cause = It would be different if a report of the accident shows how it happened.
remedy-severity = It would be different if the hospital's papers show another grade.
remedy-age = It would be different only if the date of birth or the day it happened is wrong. Papers can show that.
remedy-definition = It would be different if records show what is missing, such as the nurses' chart with the times, hour by hour.
remedy-excluded = It would be different if papers show that it happened in another way.
remedy-cover = It would be different only if the papers name another illness that is covered, or another day.
remedy-second = Nothing that you could hand in would change this.

why-rule = Rule of the plan: { $term }.
why-jury = If a claim is refused, you can ask members to judge as a jury for { $days } days after the refusal.
why-no-jury = This plan has no jury. You can always go to court.
