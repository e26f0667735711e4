# What is wrong with one entry of a form, and what helps.

error-unreadable = This entry cannot be read: { $why }
error-limit-out-of-range = Please ask for 1 to 200 rows.
error-bad-cursor = This page mark is not one of ours, or the list has changed since. Please begin with the first page.
error-other-currency = This plan counts in another currency. Please give the amount in the currency of the plan.
error-not-an-amount = This is no amount of the currency. Please write digits and at most as many decimals as the currency has, such as 0.03.
error-not-a-tag = This is no entity tag. Please send the ETag of the answer that you have read, with its quotation marks.
error-missing = This entry is missing. Please fill it in.
error-too-long = This text is too long. Please shorten it to 4,000 characters.
error-too-many = There are { $found } entries, and { $limit } fit into one request. Please split them.
error-not-a-mail-address = This does not look like a mail address. Please check for typing errors; it should look like name@example.org.
error-wrong-code = This is not the code that was sent. Please look at the latest message; after five wrong tries a new code is needed.
error-code-expired = This code can no longer be used: it was sent over 15 minutes ago, or tried too often. Please ask for a new one.
error-name-missing = The name is missing. Please write it as on the identity document.
error-name-impossible = This name is too long or holds signs that no document has. Please write it as on the identity document, at most 120 characters.
error-identity-number-impossible = This is no number of an identity document. Please write 4 to 40 letters and digits, as on the document.
error-birth-impossible = Nobody alive was born on this day. Please check the date of birth.
error-region-too-long = The region is too long. Please shorten it to 60 characters, such as the name of the province.
error-before-plan = The plan was not yet in force on this day. Please check the date.
error-unknown-condition = The plan does not know this condition. Please choose one from the list of the plan.
error-file-empty = This file is empty. Please choose it again; the upload may have broken off.
error-file-too-large = This file has { $found } bytes or more, and at most { $limit } can be kept. Please make it smaller or split it.
error-picture-too-large = This picture has { $found } bytes or more, and at most { $limit } can be kept. Please save it smaller, for instance as JPEG.
error-file-longer-than-announced = More bytes came ({ $found }) than were announced ({ $limit }). Please choose the file again.
error-file-type = This is not a PDF, JPEG, PNG, HEIC or DICOM file. Please save it as one of these; the name alone does not change what it is.
error-plan-file-mistake = Line { $line }, column { $column }: { $message } What helps: { $remedy } (rule { $rule })
