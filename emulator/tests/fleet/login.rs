//! The door before a session: handshake and login.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use device::Door;
use russh::MethodKind;
use russh::client::AuthResult;
use russh::keys::{Algorithm, PrivateKey, PrivateKeyWithHashAlg};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{connect, interactive, logged_in, password, read_to, shell};
use crate::scripted::{Script, fleet, fleet_with};

/// Connects without SSH and reads what the server says first.
async fn raw(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut ident = [0; 20];
    stream.read_exact(&mut ident).await.unwrap();
    assert_eq!(&ident, b"SSH-2.0-Cisco-1.25\r\n");
    stream
}

/// How a connection ends for a client that only reads.
async fn end(mut stream: TcpStream) -> Result<(), ErrorKind> {
    let mut rest = vec![];
    stream
        .read_to_end(&mut rest)
        .await
        .map(|_| ())
        .map_err(|error| error.kind())
}

#[tokio::test]
async fn a_wrong_password_leaves_every_method_open() {
    let fleet = fleet(&Script::default()).await;
    let mut client = connect(fleet.address(0).unwrap()).await;
    let AuthResult::Failure {
        remaining_methods, ..
    } = password(&mut client, "wrong").await
    else {
        panic!("a wrong password was taken");
    };
    let order = [
        MethodKind::PublicKey,
        MethodKind::KeyboardInteractive,
        MethodKind::Password,
    ];
    assert_eq!(*remaining_methods, order);
    assert!(password(&mut client, "right").await.success());
}

#[tokio::test]
async fn keyboard_interactive_asks_for_one_hidden_password() {
    let fleet = fleet(&Script::default()).await;
    let mut client = connect(fleet.address(0).unwrap()).await;
    let asked = "Password: false".to_string();
    assert_eq!(
        interactive(&mut client, "wrong").await,
        (asked.clone(), false)
    );
    assert_eq!(interactive(&mut client, "right").await, (asked, true));
}

#[tokio::test]
async fn a_public_key_that_the_device_knows_opens() {
    let fleet = fleet(&Script::default()).await;
    let key = PrivateKey::random(&mut rand_chacha_of(1), Algorithm::Ed25519).unwrap();
    let key = Arc::new(key);
    let with = |key: &Arc<PrivateKey>| PrivateKeyWithHashAlg::new(key.clone(), None);
    let mut client = connect(fleet.address(0).unwrap()).await;
    let stranger = client
        .authenticate_publickey("stranger", with(&key))
        .await
        .unwrap();
    assert!(!stranger.success());
    let holder = client
        .authenticate_publickey("keyholder", with(&key))
        .await
        .unwrap();
    assert!(holder.success());
}

fn rand_chacha_of(seed: u64) -> rand_chacha::ChaCha20Rng {
    use rand_chacha::rand_core::SeedableRng;
    rand_chacha::ChaCha20Rng::seed_from_u64(seed)
}

#[tokio::test]
async fn the_connection_closes_after_the_last_try() {
    let mut script = Script::default();
    script.door.tries = 2;
    let fleet = fleet(&script).await;
    let mut client = connect(fleet.address(0).unwrap()).await;
    assert!(!password(&mut client, "wrong").await.success());
    assert!(!password(&mut client, "wrong").await.success());
    assert!(
        client
            .authenticate_password("netadmin", "right")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_login_banner_comes_before_the_login() {
    let mut script = Script::default();
    script.door.banner = Some("Keep out\r\n".into());
    let fleet = fleet(&script).await;
    let config = Arc::new(russh::client::Config::default());
    let handler = crate::client::Trusting::default();
    let banner = handler.banner.clone();
    let mut client = russh::client::connect(config, fleet.address(0).unwrap(), handler)
        .await
        .unwrap();
    assert!(!password(&mut client, "wrong").await.success());
    assert_eq!(*banner.lock().unwrap(), "Keep out\r\n");
}

/// Time is the test's: it passes as soon as nobody has anything to do.
#[tokio::test(start_paused = true)]
async fn a_peer_that_says_nothing_is_sent_away_after_the_grace_time() {
    let fleet = fleet(&Script::default()).await;
    let silent = raw(fleet.address(0).unwrap()).await;
    assert_eq!(end(silent).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_finishes_its_handshake_is_sent_away_too() {
    let fleet = fleet(&Script::default()).await;
    let mut slow = raw(fleet.address(0).unwrap()).await;
    slow.write_all(b"SSH-2.0-slow\r\n").await.unwrap();
    let ended = end(slow).await;
    assert!(
        matches!(ended, Ok(()) | Err(ErrorKind::ConnectionReset)),
        "{ended:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_user_who_asks_for_no_shell_is_sent_away_as_well() {
    let fleet = fleet(&Script::default()).await;
    let client = logged_in(fleet.address(0).unwrap()).await;
    while !client.is_closed() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn a_device_whose_door_is_shut_resets_connections() {
    let script = Script::default();
    let fleet = fleet(&script).await;
    script.shut.store(true, std::sync::atomic::Ordering::SeqCst);
    let refused = TcpStream::connect(fleet.address(0).unwrap()).await.unwrap();
    assert_eq!(end(refused).await, Err(ErrorKind::ConnectionReset));
    script
        .shut
        .store(false, std::sync::atomic::Ordering::SeqCst);
    logged_in(fleet.address(0).unwrap()).await;
}

#[tokio::test]
async fn one_connection_too_many_before_login_is_reset_and_a_login_makes_room() {
    let fleet = fleet_with(&Script::default(), "{address: 127.0.0.1, port: 0}", 1).await;
    let address = fleet.address(0).unwrap();
    let first = raw(address).await;
    let second = TcpStream::connect(address).await.unwrap();
    assert_eq!(end(second).await, Err(ErrorKind::ConnectionReset));
    drop(first);
    // The place is free once the server has seen the first one go, which it tells nobody.
    let client = loop {
        if let Ok(client) = crate::client::connect_with(address, 1 << 20).await {
            break client;
        }
        tokio::task::yield_now().await;
    };
    let mut client = client;
    assert!(password(&mut client, "right").await.success());
    logged_in(address).await;
}

#[tokio::test]
async fn a_panic_while_serving_one_device_leaves_the_others_alone() {
    let script = Script::default();
    let fleet = fleet(&script).await;
    let (one, other) = (fleet.address(0).unwrap(), fleet.address(1).unwrap());
    let (victim, witness) = (logged_in(one).await, logged_in(other).await);
    let (mut lost, mut kept) = (shell(&victim).await, shell(&witness).await);
    crate::client::type_in(&lost, "panic").await;
    crate::client::drain(&mut lost).await;
    crate::client::type_in(&kept, "still here").await;
    assert!(
        read_to(&mut kept, "still here")
            .await
            .ends_with("still here")
    );
    let again = logged_in(one).await;
    read_to(&mut shell(&again).await, "\r\n").await;
    assert_eq!(script.boots.load(std::sync::atomic::Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_device_that_nobody_touched_has_not_booted() {
    let script = Script::default();
    let fleet = fleet(&script).await;
    assert_eq!(script.boots.load(std::sync::atomic::Ordering::SeqCst), 0);
    logged_in(fleet.address(1).unwrap()).await;
    assert_eq!(script.boots.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn a_failed_login_takes_less_than_a_second() {
    let door = Door {
        open: true,
        banner: None,
        grace: Duration::from_secs(120),
        tries: 3,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(async {
        let fleet = fleet(&Script {
            door,
            ..Script::default()
        })
        .await;
        let mut client = connect(fleet.address(0).unwrap()).await;
        let before = tokio::time::Instant::now();
        assert!(!password(&mut client, "wrong").await.success());
        assert!(before.elapsed() < Duration::from_secs(1));
    });
}
