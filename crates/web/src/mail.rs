//! Mail in the words of the message catalogue: `mail-...-subject` and `mail-...` for each template of the use cases.

use huzhu_app::record::Message;

use crate::i18n::{Arg, Locale, t_args};

/// A mail as its receiver reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// The mail of a message, in the language that the message asks for.
pub fn render_mail(message: &Message) -> RenderedMail {
    let locale = Locale::from_code(&message.language).unwrap_or_default();
    let values: Vec<(&str, &dyn Arg)> =
        message.values.iter().map(|(name, value)| (name.as_str(), value as &dyn Arg)).collect();
    RenderedMail {
        subject: t_args(locale, &format!("{}-subject", message.template), &values),
        body: t_args(locale, &message.template, &values),
    }
}
