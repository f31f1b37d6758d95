/** Loads, stores and atomic accesses: opcode, value type, and the natural alignment as a power of two. */

export const loads = {
  'i32.load': { opcode: 0x28, type: 'i32', align: 2 },
  'i64.load': { opcode: 0x29, type: 'i64', align: 3 },
  'f32.load': { opcode: 0x2a, type: 'f32', align: 2 },
  'f64.load': { opcode: 0x2b, type: 'f64', align: 3 },
  'i32.load8_s': { opcode: 0x2c, type: 'i32', align: 0 },
  'i32.load8_u': { opcode: 0x2d, type: 'i32', align: 0 },
  'i32.load16_s': { opcode: 0x2e, type: 'i32', align: 1 },
  'i32.load16_u': { opcode: 0x2f, type: 'i32', align: 1 },
  'i64.load8_s': { opcode: 0x30, type: 'i64', align: 0 },
  'i64.load8_u': { opcode: 0x31, type: 'i64', align: 0 },
  'i64.load16_s': { opcode: 0x32, type: 'i64', align: 1 },
  'i64.load16_u': { opcode: 0x33, type: 'i64', align: 1 },
  'i64.load32_s': { opcode: 0x34, type: 'i64', align: 2 },
  'i64.load32_u': { opcode: 0x35, type: 'i64', align: 2 },
  'v128.load': { opcode: 0xfd0000, type: 'v128', align: 4 },
  'v128.load8x8_s': { opcode: 0xfd0001, type: 'v128', align: 3 },
  'v128.load8x8_u': { opcode: 0xfd0002, type: 'v128', align: 3 },
  'v128.load16x4_s': { opcode: 0xfd0003, type: 'v128', align: 3 },
  'v128.load16x4_u': { opcode: 0xfd0004, type: 'v128', align: 3 },
  'v128.load32x2_s': { opcode: 0xfd0005, type: 'v128', align: 3 },
  'v128.load32x2_u': { opcode: 0xfd0006, type: 'v128', align: 3 },
  'v128.load8_splat': { opcode: 0xfd0007, type: 'v128', align: 0 },
  'v128.load16_splat': { opcode: 0xfd0008, type: 'v128', align: 1 },
  'v128.load32_splat': { opcode: 0xfd0009, type: 'v128', align: 2 },
  'v128.load64_splat': { opcode: 0xfd000a, type: 'v128', align: 3 },
  'v128.load32_zero': { opcode: 0xfd005c, type: 'v128', align: 2 },
  'v128.load64_zero': { opcode: 0xfd005d, type: 'v128', align: 3 },
  'i32.atomic.load': { opcode: 0xfe0010, type: 'i32', align: 2 },
} as const

export const stores = {
  'i32.store': { opcode: 0x36, type: 'i32', align: 2 },
  'i64.store': { opcode: 0x37, type: 'i64', align: 3 },
  'f32.store': { opcode: 0x38, type: 'f32', align: 2 },
  'f64.store': { opcode: 0x39, type: 'f64', align: 3 },
  'i32.store8': { opcode: 0x3a, type: 'i32', align: 0 },
  'i32.store16': { opcode: 0x3b, type: 'i32', align: 1 },
  'i64.store8': { opcode: 0x3c, type: 'i64', align: 0 },
  'i64.store16': { opcode: 0x3d, type: 'i64', align: 1 },
  'i64.store32': { opcode: 0x3e, type: 'i64', align: 2 },
  'v128.store': { opcode: 0xfd000b, type: 'v128', align: 4 },
  'i32.atomic.store': { opcode: 0xfe0017, type: 'i32', align: 2 },
} as const

/** Loads into and stores from one lane of a vector; `lanes` bounds the lane index. */
export const laneLoads = {
  'v128.load8_lane': { opcode: 0xfd0054, align: 0, lanes: 16 },
  'v128.load16_lane': { opcode: 0xfd0055, align: 1, lanes: 8 },
  'v128.load32_lane': { opcode: 0xfd0056, align: 2, lanes: 4 },
  'v128.load64_lane': { opcode: 0xfd0057, align: 3, lanes: 2 },
} as const

export const laneStores = {
  'v128.store8_lane': { opcode: 0xfd0058, align: 0, lanes: 16 },
  'v128.store16_lane': { opcode: 0xfd0059, align: 1, lanes: 8 },
  'v128.store32_lane': { opcode: 0xfd005a, align: 2, lanes: 4 },
  'v128.store64_lane': { opcode: 0xfd005b, align: 3, lanes: 2 },
} as const

export const laneReads = {
  'i8x16.extract_lane_s': { opcode: 0xfd0015, type: 'i32', lanes: 16 },
  'i8x16.extract_lane_u': { opcode: 0xfd0016, type: 'i32', lanes: 16 },
  'i16x8.extract_lane_s': { opcode: 0xfd0018, type: 'i32', lanes: 8 },
  'i16x8.extract_lane_u': { opcode: 0xfd0019, type: 'i32', lanes: 8 },
  'i32x4.extract_lane': { opcode: 0xfd001b, type: 'i32', lanes: 4 },
  'i64x2.extract_lane': { opcode: 0xfd001d, type: 'i64', lanes: 2 },
  'f32x4.extract_lane': { opcode: 0xfd001f, type: 'f32', lanes: 4 },
  'f64x2.extract_lane': { opcode: 0xfd0021, type: 'f64', lanes: 2 },
} as const

export const laneWrites = {
  'i8x16.replace_lane': { opcode: 0xfd0017, type: 'i32', lanes: 16 },
  'i16x8.replace_lane': { opcode: 0xfd001a, type: 'i32', lanes: 8 },
  'i32x4.replace_lane': { opcode: 0xfd001c, type: 'i32', lanes: 4 },
  'i64x2.replace_lane': { opcode: 0xfd001e, type: 'i64', lanes: 2 },
  'f32x4.replace_lane': { opcode: 0xfd0020, type: 'f32', lanes: 4 },
  'f64x2.replace_lane': { opcode: 0xfd0022, type: 'f64', lanes: 2 },
} as const

/** Read-modify-write of an i32 in memory; the result is what was there before. */
export const atomicUpdates = {
  'i32.atomic.rmw.add': 0xfe001e,
  'i32.atomic.rmw.sub': 0xfe0025,
  'i32.atomic.rmw.and': 0xfe002c,
  'i32.atomic.rmw.or': 0xfe0033,
  'i32.atomic.rmw.xchg': 0xfe0041,
} as const
