//! Whether a word has the form of a value: numbers with signs, hosts, AS numbers, times, names of months.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A number with its sign, of 32 bits: what is added or subtracted.
pub(super) fn is_change(word: &str) -> bool {
    let digits = word.strip_prefix(['+', '-']).unwrap_or_default();
    digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u32>().is_ok()
}

pub(super) fn is_host(word: &str) -> bool {
    let address_like = word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if address_like {
        return word.parse::<Ipv4Addr>().is_ok();
    }
    word.parse::<Ipv6Addr>().is_ok()
        || word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
}

pub(super) fn is_asn(word: &str) -> bool {
    match word.split_once('.') {
        Some((high, low)) => high.parse::<u16>().is_ok() && low.parse::<u16>().is_ok(),
        None => word.parse::<u32>().is_ok_and(|n| n > 0),
    }
}

pub(super) fn is_rd(word: &str) -> bool {
    word.split_once(':').is_some_and(|(left, right)| {
        (is_asn(left) || left.parse::<Ipv4Addr>().is_ok()) && right.parse::<u32>().is_ok()
    })
}

pub(super) fn is_community(word: &str) -> bool {
    match word.split_once(':') {
        Some((left, right)) => left.parse::<u16>().is_ok() && right.parse::<u16>().is_ok(),
        None => word.parse::<u32>().is_ok_and(|n| n > 0),
    }
}

pub(super) fn is_time(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    let below = |part: &str, limit: u8| part.parse().is_ok_and(|n: u8| n < limit);
    match parts[..] {
        [hours, minutes] => below(hours, 24) && below(minutes, 60),
        [hours, minutes, seconds] => below(hours, 24) && below(minutes, 60) && below(seconds, 60),
        _ => false,
    }
}

/// The one name that `word` is a prefix of; three letters are always enough.
pub(super) fn name_of(word: &str, names: &[&'static str]) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    let mut fits = names
        .iter()
        .filter(|name| name.to_ascii_lowercase().starts_with(&lower));
    let first = fits.next().filter(|_| !lower.is_empty())?;
    fits.next().is_none().then_some(first)
}

/// Digits alone: a number with a sign is no port.
pub(super) fn is_port(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit()) && word.parse::<u16>().is_ok()
}

/// A number in hexadecimal digits behind `0x`, or in decimal ones; without a sign.
pub(super) fn hex_number(word: &str) -> Option<u32> {
    let (digits, radix) = match word.strip_prefix("0x").or(word.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (word, 10),
    };
    let is_signed = digits.starts_with('+');
    u32::from_str_radix(digits, radix)
        .ok()
        .filter(|_| !is_signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_hexadecimal_behind_its_mark() {
        let read = ["0x2102", "0XfF", "8450", "0"].map(hex_number);
        assert_eq!(read, [Some(0x2102), Some(255), Some(8450), Some(0)]);
        for word in ["t", "0x", "0x100000000", "0x+1", "+1", "-1", "2102h", ""] {
            assert_eq!(hex_number(word), None, "{word}");
        }
    }
}
