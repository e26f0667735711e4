//! Webhooks: endpoints with their secrets, deliveries.
//!
//! Guarantees: secrets are sealed under the instance's key with the endpoint's id as associated data; the position of an
//! endpoint never goes back, and a delivery that is known is never written anew.

use std::collections::BTreeSet;

use async_trait::async_trait;
use huzhu_app::codec;
use huzhu_app::ports::{DeliveryCounts, Position, StoreError, WebhookChange, WebhookStore};
use huzhu_app::webhooks::{Delivery, DeliveryState, Endpoint, EndpointState, SigningKey, WebhookSecret};
use huzhu_domain::id::{MemberId, WebhookId};
use huzhu_domain::time::Moment;
use rusqlite::{Connection, Row, params};
use zeroize::Zeroize;

use crate::crypto::{DoesNotOpen, Key};
use crate::reader::{list, one};
use crate::rows::{self, Failure, broken, bytes, integer};
use crate::sqlite::SqliteStore;

/// What is sealed of an endpoint.
type Secrets = (Vec<SigningKey>, Option<WebhookSecret>);

fn place(id: WebhookId) -> String {
    format!("secrets of webhook {id}")
}

/// Makes a change.
pub(crate) fn change(db: &Connection, key: &Key, change: &WebhookChange) -> Result<(), Failure> {
    match change {
        WebhookChange::Endpoint(endpoint) => put(db, key, endpoint),
        WebhookChange::Forgotten(id) => {
            let id = bytes(id.uuid());
            db.prepare_cached("DELETE FROM webhook_delivery WHERE webhook = ?1")?.execute([id])?;
            db.prepare_cached("DELETE FROM webhook WHERE id = ?1")?.execute([id])?;
            Ok(())
        }
        WebhookChange::Queued { endpoint, until, deliveries } => queue(db, *endpoint, *until, deliveries),
        WebhookChange::Tried(delivery) => {
            db.prepare_cached(
                "UPDATE webhook_delivery SET state = ?1, moment = ?2, attempts = ?3
                 WHERE webhook = ?4 AND id = ?5",
            )?
            .execute(params![
                delivery.state.word(),
                codec::moment(delivery.state.moment()),
                codec::column(&delivery.attempts),
                bytes(delivery.endpoint.uuid()),
                delivery.id
            ])?;
            Ok(())
        }
        WebhookChange::Swept(before) => {
            let sql = "DELETE FROM webhook_delivery WHERE state <> 'waiting' AND moment < ?1";
            db.prepare_cached(sql)?.execute([codec::moment(*before)])?;
            Ok(())
        }
    }
}

fn put(db: &Connection, key: &Key, endpoint: &Endpoint) -> Result<(), Failure> {
    let id = bytes(endpoint.id.uuid());
    let known = "SELECT version FROM webhook WHERE id = ?1";
    let known = one(db, known, [id], |row| rows::count(row, 0))?;
    if known.unwrap_or_default().checked_add(1) != Some(endpoint.version) {
        return Err(StoreError::Conflict(endpoint.id.to_string()).into());
    }
    let mut clear = codec::column(&(&endpoint.keys, &endpoint.seed));
    let sealed = key.seal(place(endpoint.id).as_bytes(), clear.as_bytes());
    clear.zeroize();
    let kinds: Vec<&str> = endpoint.kinds.iter().map(String::as_str).collect();
    db.prepare_cached(
        "INSERT INTO webhook (id, version, url, kinds, state, sealed, position, created, created_by, changed, changed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, url = excluded.url, kinds = excluded.kinds,
            state = excluded.state, sealed = excluded.sealed, changed = excluded.changed,
            changed_by = excluded.changed_by",
    )?
    .execute(params![
        id,
        integer(endpoint.version)?,
        endpoint.url,
        kinds.join(" "),
        endpoint.state.word(),
        sealed?,
        integer(endpoint.position.0)?,
        codec::moment(endpoint.created),
        bytes(endpoint.created_by.uuid()),
        codec::moment(endpoint.changed),
        endpoint.changed_by.map(|by| bytes(by.uuid()))
    ])?;
    Ok(())
}

fn queue(
    db: &Connection,
    endpoint: WebhookId,
    until: Option<Position>,
    deliveries: &[Delivery],
) -> Result<(), Failure> {
    let id = bytes(endpoint.uuid());
    if one(db, "SELECT 1 FROM webhook WHERE id = ?1", [id], |_| Ok(()))?.is_none() {
        return Ok(());
    }
    let mut insert = db.prepare_cached(
        "INSERT INTO webhook_delivery (webhook, id, position, about, kind, body, at, state, moment, attempts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (webhook, id) DO NOTHING",
    )?;
    for delivery in deliveries {
        insert.execute(params![
            id,
            delivery.id,
            integer(delivery.position.0)?,
            delivery.about,
            delivery.kind,
            delivery.body,
            codec::moment(delivery.at),
            delivery.state.word(),
            codec::moment(delivery.state.moment()),
            codec::column(&delivery.attempts)
        ])?;
    }
    if let Some(until) = until {
        let sql = "UPDATE webhook SET position = ?1 WHERE id = ?2 AND position < ?1";
        db.prepare_cached(sql)?.execute(params![integer(until.0)?, id])?;
    }
    Ok(())
}

const ENDPOINT: &str =
    "id, version, url, kinds, state, sealed, position, created, created_by, changed, changed_by";

fn endpoint(key: &Key, row: &Row<'_>) -> Result<Endpoint, Failure> {
    let id = WebhookId::from_uuid(rows::uuid(row, 0)?);
    let kinds: String = row.get(3)?;
    let state: String = row.get(4)?;
    let sealed: Vec<u8> = row.get(5)?;
    let mut clear = key
        .open(place(id).as_bytes(), &sealed)
        .map_err(|DoesNotOpen| broken(format!("{}: {DoesNotOpen}", place(id))))?;
    let secrets = std::str::from_utf8(&clear)
        .map_err(broken)
        .and_then(|text| codec::parse_column::<Secrets>(text).map_err(broken));
    clear.zeroize();
    let (keys, seed) = secrets?;
    let changed_by: Option<[u8; 16]> = row.get(10)?;
    Ok(Endpoint {
        id,
        version: rows::count(row, 1)?,
        url: row.get(2)?,
        kinds: kinds.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>(),
        state: EndpointState::from_word(&state).ok_or_else(|| broken("an unknown state of a webhook"))?,
        keys,
        seed,
        position: Position(rows::count(row, 6)?),
        created: rows::moment(row, 7)?,
        created_by: rows::member_id(row, 8)?,
        changed: rows::moment(row, 9)?,
        changed_by: changed_by.map(|by| MemberId::from_uuid(uuid::Uuid::from_bytes(by))),
    })
}

const DELIVERY: &str = "webhook, id, position, about, kind, body, at, state, moment, attempts";

fn delivery(row: &Row<'_>) -> Result<Delivery, Failure> {
    let (state, moment) = (row.get::<_, String>(7)?, rows::moment(row, 8)?);
    let attempts: String = row.get(9)?;
    Ok(Delivery {
        endpoint: WebhookId::from_uuid(rows::uuid(row, 0)?),
        id: row.get(1)?,
        position: Position(rows::count(row, 2)?),
        about: row.get(3)?,
        kind: row.get(4)?,
        body: row.get(5)?,
        at: rows::moment(row, 6)?,
        state: DeliveryState::from_word(&state, moment)
            .ok_or_else(|| broken("an unknown state of a delivery"))?,
        attempts: codec::parse_column(&attempts).map_err(broken)?,
    })
}

#[async_trait]
impl WebhookStore for SqliteStore {
    async fn webhooks(&self) -> Result<Vec<Endpoint>, StoreError> {
        let sql = format!("SELECT {ENDPOINT} FROM webhook ORDER BY id");
        self.read(|db, key| list(db, &sql, [], |row| endpoint(key, row)))
    }

    async fn webhook(&self, id: WebhookId) -> Result<Option<Endpoint>, StoreError> {
        let sql = format!("SELECT {ENDPOINT} FROM webhook WHERE id = ?1");
        self.read(|db, key| one(db, &sql, [bytes(id.uuid())], |row| endpoint(key, row)))
    }

    async fn deliveries(
        &self,
        webhook: WebhookId,
        before: Option<(Position, String)>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {DELIVERY} FROM webhook_delivery
             WHERE webhook = ?1 AND (position < ?2 OR (position = ?2 AND id < ?3))
             ORDER BY position DESC, id DESC LIMIT ?4"
        );
        let (position, id) = before.unwrap_or((Position(u64::MAX), String::new()));
        let position = i64::try_from(position.0).unwrap_or(i64::MAX);
        let params = params![bytes(webhook.uuid()), position, id, limit];
        self.read(|db, _| list(db, &sql, params, delivery))
    }

    async fn delivery(&self, webhook: WebhookId, id: &str) -> Result<Option<Delivery>, StoreError> {
        let sql = format!("SELECT {DELIVERY} FROM webhook_delivery WHERE webhook = ?1 AND id = ?2");
        self.read(|db, _| one(db, &sql, params![bytes(webhook.uuid()), id], delivery))
    }

    async fn deliveries_due(
        &self,
        webhook: WebhookId,
        now: Moment,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {DELIVERY} FROM webhook_delivery AS due
             WHERE webhook = ?1 AND state = 'waiting' AND moment <= ?2 AND NOT EXISTS (
                SELECT 1 FROM webhook_delivery AS earlier
                WHERE earlier.webhook = due.webhook AND earlier.about = due.about AND earlier.state = 'waiting'
                    AND earlier.position < due.position AND earlier.moment > ?2)
             ORDER BY position, id LIMIT ?3"
        );
        let params = params![bytes(webhook.uuid()), codec::moment(now), limit];
        self.read(|db, _| list(db, &sql, params, delivery))
    }

    async fn delivery_counts(&self, webhook: WebhookId) -> Result<DeliveryCounts, StoreError> {
        let sql = "SELECT state, count(*) FROM webhook_delivery WHERE webhook = ?1 GROUP BY state";
        let counted = self.read(|db, _| {
            list(db, sql, [bytes(webhook.uuid())], |row| Ok((row.get::<_, String>(0)?, rows::count(row, 1)?)))
        })?;
        let count = |word| counted.iter().find(|(known, _)| known == word).map_or(0, |(_, count)| *count);
        Ok(DeliveryCounts { waiting: count("waiting"), taken: count("taken"), given_up: count("given-up") })
    }
}
