//! The session and the rules against the real thing.

use programmer::config::change;

use crate::documents::{CREATE, DELETE, MODIFY};
use crate::lab::router;
use crate::peer::{Peer, plan};

/// Configures what is missing; all of it must be taken, and then nothing is missing.
async fn applies(peer: &mut Peer, features: &str, router: &crate::lab::Router) -> usize {
    let (wanted, before) = (plan(router, features), peer.read().await);
    let missing = change(wanted.lines(), &before, &peer.rules);
    let configured = peer.configure(&missing.lines).await;
    assert!(
        configured.cause.is_none(),
        "{configured:?}\n{}",
        peer.transcript()
    );
    let after = peer.read().await;
    let left = change(wanted.lines(), &after, &peer.rules);
    let left: Vec<_> = left.lines.iter().map(|line| line.shown()).collect();
    // A key that can't be compared is sent again by `modify`; nothing else is.
    assert!(left.is_empty(), "{left:#?}\n{}", router.running());
    missing.lines.len()
}

#[tokio::test]
async fn what_is_created_modified_and_deleted_is_read_back_and_a_second_time_nothing_is_missing() {
    let Some(router) = router() else { return };
    let mut peer = Peer::open(&router).await;
    let empty = router.running();
    assert!(applies(&mut peer, CREATE, &router).await > 20);
    assert!(
        router
            .running()
            .contains("neighbor 10.0.1.2 ebgp-multihop 2")
    );
    assert!(applies(&mut peer, MODIFY, &router).await > 8);
    assert!(
        router.running().contains("seq 30 permit 10.99.0.0/16"),
        "{}",
        router.running()
    );
    peer.save().await;
    assert!(
        router
            .saved()
            .contains("neighbor 10.0.0.2 description another")
    );
    assert!(applies(&mut peer, DELETE, &router).await > 6);
    assert_eq!(router.running(), empty);
    assert!(
        !peer.transcript().contains("Peer-Key"),
        "{}",
        peer.transcript()
    );
}

#[tokio::test]
async fn the_inverse_of_a_change_leads_back_to_what_was_there() {
    let Some(router) = router() else { return };
    let mut peer = Peer::open(&router).await;
    for features in [CREATE, MODIFY, DELETE] {
        let (shown, before) = (router.running(), peer.read().await);
        let missing = change(plan(&router, features).lines(), &before, &peer.rules);
        let configured = peer.configure(&missing.lines).await;
        assert!(configured.cause.is_none(), "{configured:?}");
        let configured = peer.configure(&missing.inverse).await;
        assert!(
            configured.cause.is_none(),
            "{configured:?}\n{}",
            peer.transcript()
        );
        assert_eq!(router.running(), shown);
        let configured = peer.configure(&missing.lines).await;
        assert!(configured.cause.is_none(), "{configured:?}");
    }
}

#[tokio::test]
async fn a_router_whose_bgpd_is_gone_is_not_taken_for_one_without_bgp() {
    let Some(router) = router() else { return };
    let mut peer = Peer::open(&router).await;
    applies(&mut peer, CREATE, &router).await;
    peer.save().await;
    router.signal("bgpd", "KILL");
    let read = peer.try_read().await;
    assert!(read.is_err(), "{}", peer.transcript());
    let error = read.unwrap_err();
    assert!(error.contains("is not the whole configuration"), "{error}");
    // A session that begins without bgpd says no word of it.
    let error = Peer::open(&router).await.try_read().await.unwrap_err();
    assert!(error.contains("is not the whole configuration"), "{error}");
    router.start("bgpd");
    let after = Peer::open(&router).await.read().await;
    let left = change(plan(&router, CREATE).lines(), &after, &peer.rules);
    assert_eq!(left.lines.len(), 0, "{}", router.running());
}
