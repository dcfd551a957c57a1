//! Thrift's compact protocol, as far as Parquet's headers need it
//! (<https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>).

/// Structures in structures that are skipped; Parquet's own are 8 deep.
const MAX_DEPTH: usize = 24;

/// Goes through bytes. Nothing is allocated.
pub(super) struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Why bytes are no structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// They end too early.
    Short,
    /// What they are not.
    Bad(&'static str),
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    True,
    False,
    Byte,
    Integer,
    Double,
    Binary,
    List,
    Map,
    Struct,
}

impl<'a> Thrift<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes that were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Gives number and type of each field of a structure to `each`, which reads or skips the value.
    pub(super) fn structure(
        &mut self,
        mut each: impl FnMut(&mut Self, i64, Wire) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut id = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            let wire = Wire::of(head & 0x0f)?;
            id = match head >> 4 {
                0 => self.zigzag()?,
                more => id.saturating_add(more.into()),
            };
            each(self, id, wire)?;
        }
    }

    /// Gives each element of a list to `each`, which reads or skips it.
    pub(super) fn list(
        &mut self,
        wire: Wire,
        mut each: impl FnMut(&mut Self, Wire) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if wire != Wire::List {
            return Err(Fault::Bad("a list"));
        }
        let (element, count) = self.list_head()?;
        (0..count).try_for_each(|_| each(self, element))
    }

    /// A structure in a list or a field.
    pub(super) fn expect_struct(wire: Wire) -> Result<(), Fault> {
        if wire == Wire::Struct { Ok(()) } else { Err(Fault::Bad("a structure")) }
    }

    /// An integer of any width.
    pub(super) fn int(&mut self, wire: Wire) -> Result<i64, Fault> {
        match wire {
            Wire::Byte => self.byte().map(|byte| i64::from(byte.cast_signed())),
            Wire::Integer => self.zigzag(),
            _ => Err(Fault::Bad("an integer")),
        }
    }

    /// A truth value of a field.
    pub(super) fn bool(wire: Wire) -> Result<bool, Fault> {
        match wire {
            Wire::True => Ok(true),
            Wire::False => Ok(false),
            _ => Err(Fault::Bad("a truth value")),
        }
    }

    /// Text or bytes.
    pub(super) fn binary(&mut self, wire: Wire) -> Result<&'a [u8], Fault> {
        if wire != Wire::Binary {
            return Err(Fault::Bad("text"));
        }
        let len = usize::try_from(self.varint()?).map_err(|_| Fault::Short)?;
        self.take(len)
    }

    /// Goes behind a value.
    pub(super) fn skip(&mut self, wire: Wire) -> Result<(), Fault> {
        self.skip_within(wire, MAX_DEPTH)
    }

    fn skip_within(&mut self, wire: Wire, depth: usize) -> Result<(), Fault> {
        let depth = depth.checked_sub(1).ok_or(Fault::Bad("nested so deep"))?;
        match wire {
            Wire::True | Wire::False => Ok(()),
            Wire::Byte => self.byte().map(drop),
            Wire::Integer => self.varint().map(drop),
            Wire::Double => self.take(8).map(drop),
            Wire::Binary => self.binary(wire).map(drop),
            Wire::List => {
                let (element, count) = self.list_head()?;
                (0..count).try_for_each(|_| self.skip_element(element, depth))
            }
            Wire::Map => {
                let count = self.varint()?;
                if count == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                let (key, value) = (Wire::of(kinds >> 4)?, Wire::of(kinds & 0x0f)?);
                for _ in 0..count {
                    self.skip_element(key, depth)?;
                    self.skip_element(value, depth)?;
                }
                Ok(())
            }
            Wire::Struct => self.structure(|thrift, _, wire| thrift.skip_within(wire, depth)),
        }
    }

    /// In lists and maps a truth value takes a byte.
    fn skip_element(&mut self, wire: Wire, depth: usize) -> Result<(), Fault> {
        match wire {
            Wire::True | Wire::False => self.byte().map(drop),
            _ => self.skip_within(wire, depth),
        }
    }

    fn list_head(&mut self) -> Result<(Wire, u64), Fault> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            count => count.into(),
        };
        if count == 0 {
            return Ok((Wire::Byte, 0));
        }
        // an element takes a byte at least
        if count > (self.bytes.len() - self.at) as u64 {
            return Err(Fault::Short);
        }
        Ok((Wire::of(head & 0x0f)?, count))
    }

    fn zigzag(&mut self) -> Result<i64, Fault> {
        let raw = self.varint()?;
        Ok((raw >> 1).cast_signed() ^ -((raw & 1).cast_signed()))
    }

    fn varint(&mut self) -> Result<u64, Fault> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Fault::Bad("an integer of 64 bits"))
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Fault> {
        let end = self.at.checked_add(len).ok_or(Fault::Short)?;
        let bytes = self.bytes.get(self.at..end).ok_or(Fault::Short)?;
        self.at = end;
        Ok(bytes)
    }
}

impl Wire {
    fn of(code: u8) -> Result<Self, Fault> {
        Ok(match code {
            1 => Self::True,
            2 => Self::False,
            3 => Self::Byte,
            4..=6 => Self::Integer,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return Err(Fault::Bad("a type that is known")),
        })
    }
}

impl Fault {
    /// What is wrong with a part of the file.
    pub(super) fn says(self, part: &str) -> String {
        match self {
            Self::Short => format!("the {part} ends too early"),
            Self::Bad(what) => format!("the {part} has no {what} where one belongs"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_type_are_read_and_skipped() {
        // 1: 150, 2: true, 3: "ab", 5: [1, -1], 6: {7: -3}, 24: map of one pair
        let bytes = [
            0x15, 0xac, 0x02, 0x11, 0x18, 2, b'a', b'b', 0x29, 0x25, 2, 1, 0x1c, 0x75, 5, 0, 0x0b, 48, 1,
            0x85, 1, b'k', 2, 0,
        ];
        let mut seen = Vec::new();
        let mut thrift = Thrift::new(&bytes);
        let read = thrift.structure(|thrift, id, wire| {
            seen.push(id);
            match id {
                1 => assert_eq!(thrift.int(wire), Ok(150)),
                2 => assert_eq!(Thrift::bool(wire), Ok(true)),
                3 => assert_eq!(thrift.binary(wire), Ok(&b"ab"[..])),
                5 => {
                    let mut values = Vec::new();
                    thrift.list(wire, |thrift, wire| {
                        values.push(thrift.int(wire)?);
                        Ok(())
                    })?;
                    assert_eq!(values, [1, -1]);
                }
                _ => thrift.skip(wire)?,
            }
            Ok(())
        });
        assert_eq!(read, Ok(()));
        assert_eq!((seen, thrift.at()), (vec![1, 2, 3, 5, 6, 24], bytes.len()));
        for len in 0..bytes.len() {
            let cut = Thrift::new(&bytes[..len]).skip(Wire::Struct);
            assert_eq!(cut, Err(Fault::Short), "{len}");
        }
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_refused() {
        let deep = [0x1c; 1000];
        assert_eq!(Thrift::new(&deep).skip(Wire::Struct), Err(Fault::Bad("nested so deep")));
        let long = [0xf5, 0xff, 0xff, 0xff, 0x0f];
        assert_eq!(Thrift::new(&long).skip(Wire::List), Err(Fault::Short));
        assert_eq!(Thrift::new(&[0xff; 11]).skip(Wire::Integer), Err(Fault::Bad("an integer of 64 bits")));
    }
}
