//! A small lexer for Rust: it separates code, strings and comments, so that a rule about identifiers does not fire
//! on a sentence and a rule about comments does not fire on a string.
//!
//! Shape: [`lex`] gives tokens in order, each with the line it starts on. It knows nested block comments, raw and byte
//! strings, and tells a lifetime from a character. Limits: it does not expand macros and does not check that the
//! text is valid Rust; on broken text it ends early instead of failing.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word,
    /// The inside of a string literal, escapes not resolved.
    Text,
    /// A comment, with its marks.
    Comment,
    /// One character of punctuation.
    Mark,
    /// A number, a lifetime or a character literal: no rule looks inside.
    Other,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its text.
    pub(crate) text: String,
    /// The line it starts on, counted from 1.
    pub(crate) line: usize,
}

/// Splits Rust source into tokens.
pub(crate) fn lex(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, line: 1, out: Vec::new() };
    while lexer.step() {}
    lexer.out
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    out: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn bump(&mut self) -> char {
        let c = self.peek(0);
        if c == '\n' {
            self.line += 1;
        }
        self.at += 1;
        c
    }

    fn done(&self) -> bool {
        self.at >= self.chars.len()
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.out.push(Token { kind, text, line });
    }

    fn step(&mut self) -> bool {
        if self.done() {
            return false;
        }
        let (c, next) = (self.peek(0), self.peek(1));
        match c {
            _ if c.is_whitespace() => {
                self.bump();
            }
            '/' if next == '/' => self.line_comment(),
            '/' if next == '*' => self.block_comment(),
            '"' => self.string(),
            '\'' => self.quote(),
            _ if c.is_alphabetic() || c == '_' => self.word(),
            _ if c.is_ascii_digit() => self.number(),
            _ => {
                let line = self.line;
                let mark = self.bump();
                self.push(Kind::Mark, mark.to_string(), line);
            }
        }
        true
    }

    fn line_comment(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while !self.done() && self.peek(0) != '\n' {
            text.push(self.bump());
        }
        self.push(Kind::Comment, text, line);
    }

    fn block_comment(&mut self) {
        let (line, mut depth, mut text) = (self.line, 0_u32, String::new());
        while !self.done() {
            let pair = (self.peek(0), self.peek(1));
            if pair == ('/', '*') || pair == ('*', '/') {
                depth = if pair.0 == '/' { depth.saturating_add(1) } else { depth.saturating_sub(1) };
                text.push(self.bump());
            }
            text.push(self.bump());
            if depth == 0 {
                break;
            }
        }
        self.push(Kind::Comment, text, line);
    }

    fn string(&mut self) {
        let line = self.line;
        self.bump();
        let mut text = String::new();
        while !self.done() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                text.push(self.bump());
            }
            text.push(self.bump());
        }
        self.bump();
        self.push(Kind::Text, text, line);
    }

    /// A raw string; `at` stands on the first `#` or on the quote.
    fn raw_string(&mut self) {
        let line = self.line;
        let mut hashes = 0;
        while self.peek(0) == '#' {
            self.bump();
            hashes += 1;
        }
        self.bump();
        let mut text = String::new();
        while !self.done() {
            if self.peek(0) == '"' && (1..=hashes).all(|n| self.peek(n) == '#') {
                break;
            }
            text.push(self.bump());
        }
        for _ in 0..=hashes {
            self.bump();
        }
        self.push(Kind::Text, text, line);
    }

    /// After a single quote: a character such as `'a'` or `'\n'`, or a lifetime such as `'a`.
    fn quote(&mut self) {
        let line = self.line;
        self.bump();
        if self.peek(0) == '\\' {
            self.bump();
            self.bump();
            while !self.done() && self.peek(0) != '\'' {
                self.bump();
            }
            self.bump();
        } else if self.peek(1) == '\'' {
            self.bump();
            self.bump();
        }
        // Else a lifetime: its name follows as a word, which no rule minds.
        self.push(Kind::Other, "'".to_owned(), line);
    }

    fn word(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            text.push(self.bump());
        }
        let raw = matches!(text.as_str(), "r" | "br" | "cr");
        if raw && (self.peek(0) == '"' || (self.peek(0) == '#' && matches!(self.peek(1), '#' | '"'))) {
            self.raw_string();
        } else if matches!(text.as_str(), "b" | "c") && self.peek(0) == '"' {
            self.string();
        } else if text == "b" && self.peek(0) == '\'' {
            self.quote();
        } else {
            self.push(Kind::Word, text, line);
        }
    }

    fn number(&mut self) {
        let line = self.line;
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            self.bump();
        }
        self.push(Kind::Other, "0".to_owned(), line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        let shown: Vec<String> = lex(source)
            .iter()
            .map(|t| {
                let kind = match t.kind {
                    Kind::Word => 'w',
                    Kind::Text => 's',
                    Kind::Comment => 'c',
                    Kind::Mark => 'm',
                    Kind::Other => 'o',
                };
                format!("{kind}{}:{}", t.line, t.text)
            })
            .collect();
        assert_eq!(shown.join(" "), expected, "{source}");
    }

    #[test]
    fn code_strings_and_comments_are_told_apart() {
        check("let a = 1;", "w1:let w1:a m1:= o1:0 m1:;");
        check("// x \"y\"\nz", "c1:// x \"y\" w2:z");
        check("/* a /* b */ c */ d", "c1:/* a /* b */ c */ w1:d");
        check(r#"f("a // b")"#, "w1:f m1:( s1:a // b m1:)");
        check(r#""a\"b" c"#, r#"s1:a\"b w1:c"#);
        check("r#\"a \" b\"# c", "s1:a \" b w1:c");
        check("b\"x\" r#type", "s1:x w1:r m1:# w1:type");
        check("'a' 'b 'static '\\n' x", "o1:' o1:' w1:b o1:' w1:static o1:' w1:x");
        check("'\\'' '\"' y", "o1:' o1:' w1:y");
        check("\"a\nb\" c", "s1:a\nb w2:c");
        check("\"unterminated", "s1:unterminated");
    }
}
