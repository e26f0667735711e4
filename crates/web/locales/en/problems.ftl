# What went wrong, when it is no rule of a plan.

problem-invalid = Some entries are not right yet. Nothing was saved. Please correct what is named below and send it again.
problem-not-found = There is nothing here, or it is not yours to see. Please check the address, or begin again from the first page.
problem-sign-in-needed = Please sign in first. If you were signed in, your session has ended; that protects your data on shared devices.
problem-denied = This takes another role than yours. If your work needs it, please ask an operator to grant it.
problem-cross-site-request = Another website sent this request in your name, so it was stopped. Nothing was changed. If it was really you, please go back to the page on this site and send it from there.
problem-too-many-requests = Too many requests came from your network within a short time. Nothing is lost: please wait a moment and try again.
problem-bad-idempotency-key = The Idempotency-Key is not usable. Please send 1 to 255 visible ASCII characters without spaces.
problem-idempotency-key-reused = This Idempotency-Key was used for another request before. Please make a new key for each intention.
problem-idempotency-key-in-use = The same request is still being worked on. Please wait a moment and send it again; it will not be done twice.
problem-changed-meanwhile = Somebody else changed this in the meantime. Your change was not saved. Please reload, look at what is new, and try again.
problem-try-again = A service that we need does not answer right now. Please try again in a minute. Sending the same request again is safe.
problem-broken = Something is broken on our side. It was written down for the operator. Please try again later; if it stays, please report it.
problem-method-not-allowed = This address cannot be used in this way. The answer names what is possible here.
problem-wrong-media-type = The content is of a kind that cannot be read here. Please send the content type that the documentation names.
problem-too-large = What was sent is too large. Please make it smaller, for instance by scanning with fewer colours.
problem-broken-off = The request broke off on its way. Please send it again.
problem-range-beyond-end = This part lies beyond the end of the file.
problem-other-tus-version = Uploads speak version 1.0.0 of tus here; the request names another one.
problem-upload-offset = Another number of bytes is kept. Ask how many, and go on from there.
problem-upload-busy = Another request is sending this file. Wait for it, then ask how many bytes are kept.
problem-upload-checksum = The bytes changed on their way and were not kept. Please send them again.
problem-malformed = The request is not of the form that the documentation says. Nothing was saved. Please correct what is named below.
problem-not-json = The request cannot be read as JSON. Please check brackets, commas and quotation marks.

problem-title-sign-in = Please sign in
problem-title-denied = This is not for your role
problem-title-not-found = There is nothing here
problem-title-method = It does not work in this way
problem-title-refused = This is not possible now
problem-title-invalid = Something is not right yet
problem-title-too-many = Please wait a moment
problem-title-try-again = Please try again in a minute
problem-title-broken = Something broke on our side
problem-to-start = Back to the first page
problem-to-sign-in = Sign in
problem-code = Code for support: { $code }

api-title = Interface for programs
api-lead = Everything that the pages do can be done by programs, with the same rules. Each call is listed here with an example and with every answer that it can give.
api-document = The whole as an OpenAPI 3.1 document
api-sign-in = Takes a sign-in: send the token in the Authorization header.
api-public = Open to everybody.
api-example = Example of a body:
api-status = Status
api-meaning = What it means
