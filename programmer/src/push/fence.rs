//! Stops typing when the promise to be done has run out.
//!
//! A device can't tell an old session from a new one. So a program that was asleep longer than its lease, while
//! another one took its devices over, must find out before it sends the next byte: a [`Fenced`] transport asks its
//! [`Lease`] before every write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::inventory::Device;
use crate::transport::{Connect, Transport, TransportError};

/// Until when lines may be sent. Clones share it.
#[derive(Debug, Clone)]
pub struct Lease {
    began: Instant,
    /// Milliseconds since `began`.
    ends: Arc<AtomicU64>,
}

impl Lease {
    /// A lease that runs from now.
    #[must_use]
    pub fn of(length: Duration) -> Self {
        let lease = Self {
            began: Instant::now(),
            ends: Arc::default(),
        };
        lease.extend(lease.began, length);
        lease
    }

    /// A lease without an end, for a program that has its devices for itself.
    #[must_use]
    pub fn endless() -> Self {
        Self {
            began: Instant::now(),
            ends: Arc::new(AtomicU64::new(u64::MAX)),
        }
    }

    /// It runs for `length` from `since`: the moment when the journal was asked, not when it answered.
    pub fn extend(&self, since: Instant, length: Duration) {
        let ends = since
            .saturating_duration_since(self.began)
            .saturating_add(length);
        let ends = u64::try_from(ends.as_millis()).unwrap_or(u64::MAX);
        self.ends.fetch_max(ends, Ordering::SeqCst);
    }

    /// Whether lines may be sent.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.began.elapsed().as_millis() < u128::from(self.ends.load(Ordering::SeqCst))
    }
}

/// Opens transports that a lease stops.
#[derive(Debug)]
pub(super) struct FencedConnect<'a, C> {
    pub(super) connect: &'a C,
    pub(super) lease: &'a Lease,
}

impl<C: Connect> FencedConnect<'_, C> {
    pub(super) async fn connect(
        &self,
        device: &Device,
        within: Duration,
    ) -> Result<Fenced<C::Transport>, TransportError> {
        let transport = self.connect.connect(device, within).await?;
        Ok(Fenced {
            transport,
            lease: self.lease.clone(),
        })
    }
}

/// A transport that a lease stops.
#[derive(Debug)]
pub(super) struct Fenced<T> {
    transport: T,
    lease: Lease,
}

impl<T: Transport> Transport for Fenced<T> {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        self.transport.read().await
    }

    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        if self.lease.holds() {
            return self.transport.write(bytes).await;
        }
        Err(TransportError::LeaseLapsed)
    }

    async fn close(self) {
        self.transport.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Taken;

    impl Transport for Taken {
        async fn read(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
            Ok(None)
        }

        async fn write(&mut self, _: Vec<u8>) -> Result<(), TransportError> {
            Ok(())
        }

        async fn close(self) {}
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_slept_longer_than_its_lease_types_nothing_more() {
        let lease = Lease::of(Duration::from_secs(60));
        let mut transport = Fenced {
            transport: Taken,
            lease: lease.clone(),
        };
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(transport.write(b"vlan 20\n".to_vec()).await.is_ok());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(matches!(
            transport.write(b"vlan 30\n".to_vec()).await,
            Err(TransportError::LeaseLapsed)
        ));
        lease.extend(Instant::now(), Duration::from_secs(60));
        assert!(transport.write(b"vlan 30\n".to_vec()).await.is_ok());
    }
}
