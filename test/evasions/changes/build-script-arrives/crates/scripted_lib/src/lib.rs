pub const WIDTH: u8 = 8;
