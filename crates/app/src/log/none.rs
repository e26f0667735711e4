//! No log: what stands behind the ports where a program only looks at a store.

use async_trait::async_trait;

use crate::ports::{LogName, LogReader, LogYear, Sequenced, Sequencer, SequencerError};

/// Takes no entries and holds none. Events wait until a program with a log feeds them.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLog;

#[async_trait]
impl Sequencer for NoLog {
    async fn submit(&self, _: LogYear, _: Vec<Vec<u8>>) -> Result<Sequenced, SequencerError> {
        Err(SequencerError::Unavailable("this program has no log".to_owned()))
    }
}

#[async_trait]
impl LogReader for NoLog {
    async fn logs(&self) -> Result<Vec<LogName>, SequencerError> {
        Err(SequencerError::Unavailable("this program has no log".to_owned()))
    }

    async fn checkpoint(&self, _: LogYear) -> Result<Option<String>, SequencerError> {
        Ok(None)
    }

    async fn tile(&self, _: LogYear, _: &str) -> Result<Option<Vec<u8>>, SequencerError> {
        Ok(None)
    }

    async fn tlog_policy(&self, _: LogYear) -> Result<Option<String>, SequencerError> {
        Ok(None)
    }
}
