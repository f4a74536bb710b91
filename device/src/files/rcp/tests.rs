//! A copy played from both ends, whole and in pieces.

use super::*;

fn command(line: &str) -> Option<(bool, Vec<String>)> {
    let command = Command::parse(line)?;
    Some((command.sends, command.paths))
}

#[test]
fn what_clients_start_is_understood() {
    let takes = |path: &str| Some((false, vec![path.to_string()]));
    // OpenSSH, with and without -v; paramiko's scp, which quotes; a path that begins with a dash.
    assert_eq!(command("scp -t flash:/x"), takes("flash:/x"));
    assert_eq!(command("scp -v -p -t flash:x"), takes("flash:x"));
    assert_eq!(command("scp -vt 'flash:/a b'"), takes("flash:/a b"));
    assert_eq!(command(r#"scp -t "flash:/a b""#), takes("flash:/a b"));
    assert_eq!(command(r"scp -t flash:/a\ b"), takes("flash:/a b"));
    assert_eq!(command("scp -t -- -x"), takes("-x"));
    assert_eq!(
        command("scp -f x y"),
        Some((true, vec!["x".to_string(), "y".to_string()]))
    );
    assert!(Command::parse("scp -r -t flash:").unwrap().recursive);
    for other in [
        "scp",
        "scp x",
        "scp -t",
        "scp -t x y",
        "scp -f -t x",
        "scp -z -t x",
        "scp -t 'x",
        "show version",
    ] {
        assert_eq!(command(other), None, "{other}");
    }
}

/// Plays a sender's bytes in pieces of a size, accepting every offer; what came.
fn taken(bytes: &[u8], size: usize) -> Vec<Arrived> {
    let mut sink = Sink::new();
    let mut arrived = Vec::new();
    for mut piece in bytes.chunks(size) {
        while let Some(one) = sink.take(&mut piece) {
            sink.accept();
            arrived.push(one);
        }
    }
    arrived
}

#[test]
fn files_arrive_whole_however_their_bytes_are_cut() {
    let sent = b"T1 0 1 0\nC0644 5 a b.txt\nhel\nX\0C0600 0 empty\n\0";
    for size in [1, 3, 7, 4096] {
        assert_eq!(
            taken(sent, size),
            [
                Arrived::Courtesy,
                Arrived::Offer {
                    name: "a b.txt".to_string(),
                    bytes: 5
                },
                Arrived::File(b"hel\nX".to_vec()),
                Arrived::Offer {
                    name: "empty".to_string(),
                    bytes: 0
                },
                Arrived::File(Vec::new()),
            ],
            "{size}"
        );
    }
}

#[test]
fn a_file_that_is_refused_is_not_waited_for() {
    let mut sink = Sink::new();
    let mut bytes: &[u8] = b"C0644 99999999999 big\nC0644 1 small\nx\0";
    assert!(matches!(
        sink.take(&mut bytes),
        Some(Arrived::Offer {
            bytes: 99_999_999_999,
            ..
        })
    ));
    sink.refuse();
    assert!(matches!(
        sink.take(&mut bytes),
        Some(Arrived::Offer { bytes: 1, .. })
    ));
    sink.accept();
    assert_eq!(sink.take(&mut bytes), Some(Arrived::File(b"x".to_vec())));
}

#[test]
fn an_offer_that_nobody_has_judged_holds_what_follows() {
    let mut sink = Sink::new();
    let mut bytes: &[u8] = b"C0644 1 x\nA\0";
    assert!(sink.take(&mut bytes).is_some());
    assert_eq!(sink.take(&mut bytes), None);
    assert_eq!(bytes, b"A\0");
}

#[test]
fn what_is_no_protocol_ends_it() {
    let endless = vec![b'C'; 2 * LINE_BYTES_MAX];
    let cases: [&[u8]; 7] = [
        b"hello\n",
        b"\x01scp: no such file\n",
        b"C0644 x name\n",
        b"C0644 5 ../name\n",
        b"C0999 5 name\n",
        b"C0644 2 name\nab\x01read error\n",
        &endless,
    ];
    for case in cases {
        for size in [1, 4096] {
            let arrived = taken(case, size);
            assert_eq!(
                arrived.last(),
                Some(&Arrived::Broken),
                "{}",
                String::from_utf8_lossy(case)
            );
        }
    }
    assert_eq!(taken(b"D0755 0 dir\n", 1), [Arrived::Directory]);
}

#[test]
fn a_sender_waits_for_each_answer() {
    let mut sender = Sender::new([announced("x", 3), Sent::File("abc")]);
    assert_eq!(
        sender.answered(0),
        Some(Sent::Line("C0644 3 x\n".to_string()))
    );
    assert!(!sender.is_done());
    assert_eq!(sender.answered(0), Some(Sent::File("abc")));
    assert!(sender.is_done());
    assert_eq!(sender.answered(0), None);
    assert!(!sender.is_broken());
}

#[test]
fn a_client_that_has_no_room_is_sent_nothing_more() {
    let mut sender = Sender::new([announced("x", 3), Sent::File("abc")]);
    sender.answered(0);
    assert_eq!(sender.answered(1), None);
    assert!(sender.is_done() && sender.is_broken());
}
