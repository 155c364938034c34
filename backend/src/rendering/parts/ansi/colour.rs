//! Any colour of a terminal as the nearest of its sixteen named ones, which are legible on light and on dark.

/// What xterm takes for the names.
const NAMED: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// One of the 256: names, a cube of six steps a side, and greys.
pub fn of_index(index: u8) -> u8 {
    let step = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    match index {
        0..16 => index,
        16..232 => {
            let cube = index - 16;
            nearest([step(cube / 36), step(cube / 6 % 6), step(cube % 6)])
        }
        232.. => nearest([8 + (index - 232) * 10; 3]),
    }
}

pub fn nearest(colour: [u8; 3]) -> u8 {
    let distance = |named: &[u8; 3]| -> u32 {
        named.iter().zip(colour).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    let index = NAMED.iter().enumerate().min_by_key(|(_, named)| distance(named)).map_or(0, |(index, _)| index);
    u8::try_from(index).unwrap_or(0)
}
