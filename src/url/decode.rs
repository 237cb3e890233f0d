//! Percent-decoding, strict and lenient.

/// Decodes; `None` where a `%` is not followed by two hex digits, or the result is no UTF-8 or
/// holds a NUL, which the server's protocol cannot carry.
pub fn strictly(text: &str) -> Option<String> {
    decode(text, |_| None)
}

/// Decodes, and takes a `%` that is not followed by two hex digits as it stands: somebody pasted
/// it. `None` where the result is no UTF-8 or holds a NUL.
pub fn leniently(text: &str) -> Option<String> {
    decode(text, Some)
}

fn decode(text: &str, lone: impl Fn(u8) -> Option<u8>) -> Option<String> {
    let mut rest = text.as_bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let [first, after @ ..] = rest {
        rest = after;
        decoded.push(match (first, after) {
            (b'%', [high, low, after @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                rest = after;
                hex(*high) * 16 + hex(*low)
            }
            (b'%', _) => lone(b'%')?,
            (other, _) => *other,
        });
    }
    String::from_utf8(decoded).ok().filter(|text| !text.contains('\0'))
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        for (text, strict, lenient) in [
            ("", Some(""), Some("")),
            ("a+b", Some("a+b"), Some("a+b")),
            ("%41%5a%5A", Some("AZZ"), Some("AZZ")),
            ("%C3%BC", Some("ü"), Some("ü")),
            ("%", None, Some("%")),
            ("%4", None, Some("%4")),
            ("%%41", None, Some("%A")),
            ("%zz%41", None, Some("%zzA")),
            ("%é", None, Some("%é")),
            ("%ff", None, None),
            ("%00", None, None),
        ] {
            assert_eq!(strictly(text).as_deref(), strict, "{text}");
            assert_eq!(leniently(text).as_deref(), lenient, "{text}");
        }
    }
}
