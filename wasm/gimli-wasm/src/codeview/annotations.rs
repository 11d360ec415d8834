//! Binary annotations: where the lines of an inlined function are (`CodeViewInfo.h`, BinaryAnnotationsOpCode).

use super::read::{Cursor, Result, CUT};

/// A stretch of code of one line, by offset in its function. Files are places in the table of checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub start: u32,
    pub end: u32,
    pub file: u32,
    pub line: u32,
    pub column: u32,
}

/// A number of one, two or four bytes.
fn number(cursor: &mut Cursor<'_>) -> Result<u32> {
    let first = u32::from(cursor.u8()?);
    if first & 0x80 == 0 {
        return Ok(first);
    }
    let second = u32::from(cursor.u8()?);
    if first & 0xc0 == 0x80 {
        return Ok((first & 0x3f) << 8 | second);
    }
    if first & 0xe0 != 0xc0 {
        return Err("a number of it has a form that is not known");
    }
    let (third, fourth) = (u32::from(cursor.u8()?), u32::from(cursor.u8()?));
    Ok((first & 0x1f) << 24 | second << 16 | third << 8 | fourth)
}

fn signed(number: u32) -> i32 {
    let half = (number >> 1) as i32;
    if number & 1 != 0 { -half } else { half }
}

/// Returns the stretches of an inlined call, ascending; `(file, line)` is where the inlined function begins.
pub fn segments(annotations: &[u8], (file, line): (u32, u32)) -> Result<Vec<Segment>> {
    let mut cursor = Cursor::new(annotations);
    let mut segments: Vec<Segment> = Vec::new();
    let mut now = Segment { start: 0, end: 0, file, line, column: 0 };
    let mut base = 0u32;
    while !cursor.is_empty() {
        let mut moved = None;
        match number(&mut cursor)? {
            // Padding.
            0 => break,
            1 => moved = Some((number(&mut cursor)?, None)),
            2 => base = number(&mut cursor)?,
            3 => moved = Some((now.start.saturating_add(number(&mut cursor)?), None)),
            4 => {
                let length = number(&mut cursor)?;
                if let Some(last) = segments.last_mut() {
                    last.end = last.start.saturating_add(length);
                    // The next one begins behind it.
                    now.start = last.end.saturating_sub(base);
                }
            }
            5 => now.file = number(&mut cursor)?,
            6 => now.line = now.line.saturating_add_signed(signed(number(&mut cursor)?)),
            7 | 8 | 10 | 13 => _ = number(&mut cursor)?,
            9 => now.column = number(&mut cursor)?,
            11 => {
                let both = number(&mut cursor)?;
                now.line = now.line.saturating_add_signed(signed(both >> 4));
                moved = Some((now.start.saturating_add(both & 0xf), None));
            }
            12 => {
                let length = number(&mut cursor)?;
                moved = Some((now.start.saturating_add(number(&mut cursor)?), Some(length)));
            }
            _ => return Err("an inlined call has an annotation that is not known"),
        }
        let Some((start, length)) = moved else { continue };
        now.start = start;
        let start = base.saturating_add(start);
        if let Some(last) = segments.last_mut() {
            if start < last.start {
                return Err("the lines of an inlined call are not in order");
            }
            if last.end == u32::MAX {
                last.end = start;
            }
        }
        let end = length.map_or(u32::MAX, |length| start.saturating_add(length));
        segments.push(Segment { start, end, ..now });
    }
    if segments.last().is_some_and(|last| last.end == u32::MAX) {
        // Without a length at the end nothing says how far it goes: to the next byte.
        let last = segments.last_mut().ok_or(CUT)?;
        last.end = last.start.saturating_add(1);
    }
    Ok(segments)
}

/// Joins stretches that follow each other.
pub fn ranges(segments: &[Segment]) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for segment in segments.iter().filter(|segment| segment.start < segment.end) {
        match ranges.last_mut() {
            Some(last) if last.1 >= segment.start => last.1 = last.1.max(segment.end),
            _ => ranges.push((segment.start, segment.end)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_an_inlined_call() {
        // ChangeLineOffset 3, ChangeCodeOffset 0x1a, ChangeCodeOffsetAndLineOffset (+2, +1), ChangeCodeLength 3, then a gap of 5.
        let found = segments(&[6, 6, 3, 0x1a, 11, 0x22, 4, 3, 3, 5, 4, 1, 0, 0], (7, 10)).unwrap();
        let segment = |start, end, line| Segment { start, end, file: 7, line, column: 0 };
        assert_eq!(found, [segment(0x1a, 0x1c, 13), segment(0x1c, 0x1f, 14), segment(0x24, 0x25, 14)]);
        assert_eq!(ranges(&found), [(0x1a, 0x1f), (0x24, 0x25)]);
        assert_eq!(signed(7), -3);
        assert!(segments(&[3, 0x81], (0, 0)).is_err());
        assert!(segments(&[0xff], (0, 0)).is_err());
    }
}
