//! Personal data in rows: one random key per person, wrapped under the instance's key for people.
//!
//! Guarantees: sealed bytes name their owner and what they are as associated data, so that a row copied to another
//! person does not open. Without the row in `owner_key` nothing of a person can be read.

use hmac::{Hmac, KeyInit, Mac};
use huzhu_app::codec;
use huzhu_app::ports::{Sealed, StoreError};
use huzhu_app::record::Message;
use huzhu_domain::id::MemberId;
use rusqlite::{Connection, params};
use sha2::Sha256;
use zeroize::Zeroize;

use crate::crypto::{DoesNotOpen, Key, NoRandomness};
use crate::reader::one;
use crate::rows::{self, Failure, SealedMessage, bytes};

impl From<NoRandomness> for Failure {
    fn from(error: NoRandomness) -> Self {
        Self::Store(StoreError::Unavailable(error.to_string()))
    }
}

fn key_place(owner: MemberId) -> String {
    format!("owner key of {owner}")
}

fn sealed_place(owner: MemberId, name: &str) -> String {
    format!("sealed for {owner}: {name}")
}

fn message_place(message: &Message) -> String {
    format!("message {} to {}", message.id, message.to)
}

/// Something that was sealed does not open: the row was changed, or belongs elsewhere.
fn tampered(place: &str) -> Failure {
    rows::broken(format!("{place}: {DoesNotOpen}"))
}

/// What stands in the table of keys for a person.
enum Held {
    Nothing,
    /// The empty key that erasing leaves.
    Erased,
    Key(Key),
}

fn held(connection: &Connection, people: &Key, owner: MemberId) -> Result<Held, Failure> {
    let sql = "SELECT wrapped FROM owner_key WHERE owner = ?1";
    let wrapped = one(connection, sql, [bytes(owner.uuid())], |row| Ok(row.get::<_, Vec<u8>>(0)?))?;
    let Some(wrapped) = wrapped else { return Ok(Held::Nothing) };
    if wrapped.is_empty() {
        return Ok(Held::Erased);
    }
    let place = key_place(owner);
    let key = people.unwrap_key(place.as_bytes(), &wrapped);
    key.map(Held::Key).map_err(|DoesNotOpen| tampered(&place))
}

fn key_of(connection: &Connection, people: &Key, owner: MemberId) -> Result<Option<Key>, Failure> {
    Ok(match held(connection, people, owner)? {
        Held::Key(key) => Some(key),
        Held::Nothing | Held::Erased => None,
    })
}

/// Keys for sealing within one job of the writer. The last one is held, since a job mostly writes about one person and
/// unwrapping a key is dear. A new job needs new [`Keys`]: what the one before wrote may have been rolled back.
pub(crate) struct Keys<'c> {
    connection: &'c Connection,
    people: &'c Key,
    /// `None` in the place of the key: the person was erased.
    last: Option<(MemberId, Option<Key>)>,
}

impl<'c> Keys<'c> {
    pub(crate) const fn new(connection: &'c Connection, people: &'c Key) -> Self {
        Self { connection, people, last: None }
    }

    /// The key of a person, made when there is none; `None` when the person was erased.
    fn of(&mut self, owner: MemberId) -> Result<Option<&Key>, Failure> {
        let held = match self.last.take() {
            Some(last) if last.0 == owner => last,
            _ => (owner, self.read_or_make(owner)?),
        };
        Ok(self.last.insert(held).1.as_ref())
    }

    /// The person was erased.
    pub(crate) fn are_gone(&mut self, owner: MemberId) -> Result<bool, Failure> {
        Ok(self.of(owner)?.is_none())
    }

    fn read_or_make(&self, owner: MemberId) -> Result<Option<Key>, Failure> {
        match held(self.connection, self.people, owner)? {
            Held::Key(key) => return Ok(Some(key)),
            Held::Erased => return Ok(None),
            Held::Nothing => {}
        }
        let key = Key::random()?;
        let wrapped = self.people.wrap(key_place(owner).as_bytes(), &key)?;
        self.connection
            .prepare_cached("INSERT INTO owner_key (owner, wrapped) VALUES (?1, ?2)")?
            .execute(params![bytes(owner.uuid()), wrapped])?;
        Ok(Some(key))
    }

    /// Keeps personal data; replaces what stood under the name. What comes for a person who was erased is dropped.
    pub(crate) fn seal(&mut self, sealed: &Sealed) -> Result<(), Failure> {
        let connection = self.connection;
        let Some(key) = self.of(sealed.owner)? else { return Ok(()) };
        let place = sealed_place(sealed.owner, &sealed.name);
        let noise = key.seal(place.as_bytes(), &sealed.bytes)?;
        connection
            .prepare_cached(
                "INSERT INTO sealed (owner, name, bytes) VALUES (?1, ?2, ?3)
                 ON CONFLICT (owner, name) DO UPDATE SET bytes = excluded.bytes",
            )?
            .execute(params![bytes(sealed.owner.uuid()), sealed.name, noise])?;
        Ok(())
    }

    /// The values of a message, sealed under the key of the recipient; `None` when that was erased.
    pub(crate) fn seal_message(&mut self, message: &Message) -> Result<Option<Vec<u8>>, Failure> {
        let Some(key) = self.of(message.to)? else { return Ok(None) };
        let mut values = codec::column(&message.values);
        let sealed = key.seal(message_place(message).as_bytes(), values.as_bytes());
        values.zeroize();
        Ok(Some(sealed?))
    }
}

/// A salt of a person; see [`huzhu_app::ports::Store::salt`].
pub(crate) fn salt(
    connection: &Connection,
    people: &Key,
    owner: MemberId,
    label: &str,
) -> Result<Option<[u8; 32]>, Failure> {
    let Some(key) = key_of(connection, people, owner)? else { return Ok(None) };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
    // The same key also seals; the purpose in front keeps the two apart.
    mac.update(b"salt of a log entry\0");
    mac.update(label.as_bytes());
    Ok(Some(mac.finalize().into_bytes().into()))
}

/// Personal data in clear.
pub(crate) fn unseal(
    connection: &Connection,
    people: &Key,
    owner: MemberId,
    name: &str,
) -> Result<Option<Vec<u8>>, Failure> {
    let sql = "SELECT bytes FROM sealed WHERE owner = ?1 AND name = ?2";
    let noise =
        one(connection, sql, params![bytes(owner.uuid()), name], |row| Ok(row.get::<_, Vec<u8>>(0)?))?;
    // The key is unwrapped only when there is something to open: most people never chose a language.
    let Some(noise) = noise else { return Ok(None) };
    let Some(key) = key_of(connection, people, owner)? else { return Ok(None) };
    let place = sealed_place(owner, name);
    let clear = key.open(place.as_bytes(), &noise);
    clear.map(Some).map_err(|DoesNotOpen| tampered(&place))
}

/// A message with its values. One whose key was destroyed between two reads comes without values.
pub(crate) fn open_message(
    connection: &Connection,
    people: &Key,
    row: SealedMessage,
) -> Result<Message, Failure> {
    let SealedMessage { mut message, sealed } = row;
    if let Some(key) = key_of(connection, people, message.to)? {
        let place = message_place(&message);
        let clear = key.open(place.as_bytes(), &sealed);
        let clear = clear.map_err(|DoesNotOpen| tampered(&place))?;
        let clear = std::str::from_utf8(&clear).map_err(rows::broken)?;
        message.values = codec::parse_column(clear)?;
    }
    Ok(message)
}
