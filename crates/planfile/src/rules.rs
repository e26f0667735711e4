//! Rules of the file itself, below P100; the rules of the terms are in `huzhu_domain::plan::check::rules`.

use huzhu_domain::plan::Rule;

macro_rules! rules {
    ($($name:ident = $code:literal, $sentence:literal;)*) => {
        $(#[doc = $sentence] pub const $name: Rule = Rule::new($code, $sentence);)*

        /// All rules of the file, by code.
        pub const ALL: &[Rule] = &[$($name),*];
    };
}

rules! {
    TOO_LARGE = "P001", "A plan file is at most 512 KiB long.";
    NOT_UTF8 = "P002", "A plan file is UTF-8 text.";
    UTF16 = "P003", "A plan file is not UTF-16 or UTF-32 text.";
    CONTROL = "P004", "A plan file has no NUL and no other control characters.";
    EMPTY_FILE = "P005", "A plan file is not empty.";
    SYNTAX = "P006", "A plan file is TOML.";
    DUPLICATE_KEY = "P007", "A key stands once in its table.";
    TOO_DEEP = "P008", "Values are nested at most 16 deep.";
    TOO_MANY = "P009", "A report names at most 200 mistakes.";
    UNKNOWN_KEY = "P010", "Every key is one that plans have.";
    MISSING_KEY = "P011", "Required keys are there.";
    WRONG_TYPE = "P012", "A value has the type of its key.";
    EMPTY_TEXT = "P013", "A text says something.";
    LONG_TEXT = "P014", "A text is no longer than its limit.";
    MISSING_TRANSLATION = "P015", "A text is there in every language.";
    UNKNOWN_LANGUAGE = "P016", "A text is in languages that the software speaks.";
    OUT_OF_RANGE = "P017", "A number is within its bounds.";
    NOT_A_CHOICE = "P018", "A word is one of those its key knows.";
    NOT_A_CODE = "P019", "A code is made of a-z, 0-9 and inner hyphens.";
    UNKNOWN_CURRENCY = "P020", "The currency is an active code of ISO 4217.";
    NO_MINOR_UNIT = "P021", "The currency has a minor unit.";
    BAD_AMOUNT = "P022", "An amount is a plain decimal number of its currency.";
    TOO_MANY_DECIMALS = "P023", "An amount has no more decimals than its currency.";
    BAD_PERCENT = "P025", "A percentage is a number with at most two decimals.";
    ABOVE_HUNDRED = "P026", "A percentage is at most 100.";
    BAD_DATE = "P027", "A date exists and is written as year-month-day.";
    UNKNOWN_ZONE = "P028", "The time zone is a name of the IANA database.";
    BAD_AGE = "P029", "An age is a number of days or years.";
    BAD_ICD10 = "P030", "An ICD-10 code has the shape of one.";
    BAD_ICD11 = "P031", "An ICD-11 code has the shape of one.";
    REPEATED = "P032", "A list names each thing once.";
    TOO_LONG_LIST = "P033", "A list has at most 500 entries.";
    NEEDS_KEY = "P034", "Some choices need other keys.";
    NEEDLESS_KEY = "P035", "Some keys stand only with other choices.";
    BAD_CONTACT = "P036", "A time of first contact is a number of days or working days.";
    EMPTY_LIST = "P037", "A list that is there has entries.";
    INVISIBLE = "P038", "A text has no invisible characters that change how it is read.";
}
