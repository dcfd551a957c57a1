//! Decimal integers of any length.

use cannery_object::{Heap, Limit, Node, Value};

use crate::error::{Error, Result};

/// The `int` that a sign and decimal digits stand for, under the limit `int-digits`.
pub(crate) fn decimal(heap: &mut Heap, text: &str) -> Result<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::malformed("an integer has no decimal digits"));
    }
    heap.budget().limits().check(Limit::IntDigits, digits.len() as u64)?;
    if let Ok(small) = text.parse::<i64>() {
        return Ok(heap.int(small)?);
    }
    let bytes = twos_complement(&magnitude(digits), negative);
    let blob = heap.own(&bytes)?;
    Ok(heap.add(Node::BigInt(blob))?)
}

/// The digits as a number in base 2³², least significant first.
fn magnitude(digits: &str) -> Vec<u32> {
    let mut limbs = Vec::new();
    for digit in digits.bytes() {
        let mut carry = u64::from(digit - b'0');
        for limb in &mut limbs {
            let sum = u64::from(*limb) * 10 + carry;
            *limb = sum as u32;
            carry = sum >> 32;
        }
        if carry != 0 {
            limbs.push(carry as u32);
        }
    }
    limbs
}

/// Little-endian, as short as it can be with a sign bit.
fn twos_complement(limbs: &[u32], negative: bool) -> Vec<u8> {
    let mut bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).chain([0]).collect();
    let fill = if negative { 0xff } else { 0 };
    if negative {
        let mut carry = true;
        for byte in &mut bytes {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    while let [.., before, last] = bytes[..] {
        if last != fill || (before ^ fill) & 0x80 != 0 {
            break;
        }
        bytes.pop();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use cannery_object::Limits;

    use super::*;

    #[test]
    fn long_integers_are_twos_complement() {
        let mut heap = Heap::new(Limits::default());
        let mut bytes = |text: &str| match decimal(&mut heap, text) {
            Ok(Value::Ref(id)) => match heap.node(id) {
                Node::BigInt(blob) => heap.bytes(blob).to_vec(),
                Node::Int(i) => i.to_le_bytes().to_vec(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        assert_eq!(bytes("9223372036854775808"), [0, 0, 0, 0, 0, 0, 0, 0x80, 0]);
        assert_eq!(bytes("-9223372036854775808"), i64::MIN.to_le_bytes());
        assert_eq!(bytes("-9223372036854775809"), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff]);
        assert_eq!(bytes("38645742976028790636824158683749074879"), {
            38_645_742_976_028_790_636_824_158_683_749_074_879_i128.to_le_bytes()
        });
        assert_eq!(bytes("340282366920938463463374607431768211455"), [[0xff; 16].as_slice(), &[0]].concat());
    }

    #[test]
    fn digits_are_limited() {
        let mut heap = Heap::new(Limits::default());
        assert!(decimal(&mut heap, &"9".repeat(4300)).is_ok());
        assert!(decimal(&mut heap, &"9".repeat(4301)).is_err());
        assert!(decimal(&mut heap, "-").is_err());
        assert!(decimal(&mut heap, "1_0").is_err());
    }
}
