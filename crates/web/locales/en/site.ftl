# The frame of every page.

site-name = Huzhu
nav-skip = Skip to the main content
nav-main = Main
nav-trail = You are here
nav-pages = Pages
nav-previous = Previous
nav-next = Next

account-sign-in = Sign in

persona-title = Demo
persona-label = You are looking as
persona-switch = Switch
persona-mailbox = Mailbox of the demo
persona-clock = Clock

foot-not-title = This is mutual aid. It is not insurance.
foot-not-text = Nobody sells you a promise here. Members share what other members really needed, after it has happened, and everybody can see for what. What you pay may rise, and a plan can end.
foot-proof = You need not take our word for it: every period can be recomputed from what is published.
foot-terms = Rules and exact terms
foot-verify = Check a receipt
foot-help = Help and complaints
foot-source = Source code

theme-label = Light or dark
theme-light = Light
theme-dark = Dark
theme-auto = As on my device

notice-aid = Aid
notice-read = Read the notice

chart-table = The figures as a table
chart-no-data = There is nothing to draw yet. The first figures come with the first period.
