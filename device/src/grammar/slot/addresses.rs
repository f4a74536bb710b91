//! Addresses and masks, as they are typed and as they are stored.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The length of a contiguous netmask.
#[must_use]
pub fn mask_length(mask: Ipv4Addr) -> Option<u32> {
    let bits = u32::from(mask);
    (bits.leading_ones() + bits.trailing_zeros() >= 32).then(|| bits.leading_ones())
}

/// The netmask of a prefix length.
#[must_use]
pub fn length_mask(length: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::MAX.checked_shl(32 - length.min(32)).unwrap_or(0))
}

/// An IPv6 address as IOS prints it: upper case, compressed.
#[must_use]
pub fn ipv6_text(address: Ipv6Addr) -> String {
    address.to_string().to_ascii_uppercase()
}

/// A MAC address in any usual notation as `0011.2233.4455`.
#[must_use]
pub fn mac(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, '.' | ':' | '-'))
        .collect();
    let right = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = right.then(|| digits.to_ascii_lowercase())?;
    Some(format!(
        "{}.{}.{}",
        &digits[..4],
        &digits[4..8],
        &digits[8..]
    ))
}

/// An address, and a length that isn't too large: `A.B.C.D/nn`.
pub(super) fn prefix<A: std::str::FromStr>(word: &str, length_max: u8) -> Option<(A, u8)> {
    let (address, length) = word.split_once('/')?;
    let length: u8 = length.parse().ok()?;
    (length <= length_max).then_some(())?;
    Some((address.parse().ok()?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_must_be_contiguous() {
        assert_eq!(mask_length(Ipv4Addr::new(255, 255, 255, 0)), Some(24));
        assert_eq!(mask_length(Ipv4Addr::new(0, 0, 0, 0)), Some(0));
        assert_eq!(mask_length(Ipv4Addr::new(255, 0, 255, 0)), None);
        assert_eq!(length_mask(24), Ipv4Addr::new(255, 255, 255, 0));
        assert_eq!(length_mask(0), Ipv4Addr::UNSPECIFIED);
    }

    #[test]
    fn mac_addresses_of_any_notation_are_stored_in_one() {
        assert_eq!(mac("00:0C:9f:f4:5d:00").as_deref(), Some("000c.9ff4.5d00"));
        assert_eq!(mac("0000.0c9f.f45d").as_deref(), Some("0000.0c9f.f45d"));
        assert_eq!(mac("0000.0c9f"), None);
    }

    #[test]
    fn ipv6_is_upper_case_and_compressed() {
        assert_eq!(ipv6_text("2001:db8:0:0::1".parse().unwrap()), "2001:DB8::1");
    }
}
