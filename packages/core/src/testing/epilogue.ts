/** Epilogues for tests of kernels: twice the value, plus the index along the third of four axes. */
import type { Epilogue } from '../kernel/lower.ts'
import { f32, op } from '../wasm/index.ts'

const doublePlusRow = (isHeavy: boolean): Epilogue => ({
  bind: () => ({
    key: `double-plus-row:${isHeavy}`,
    isHeavy,
    params: {},
    args: {},
    vector: (_, value, [, , row]) =>
      op('f32x4.add', op('f32x4.add', value, value), op('f32x4.splat', op('f32.convert_i32_u', row!))),
    scalar: (_, value, [, , row]) =>
      op('f32.add', op('f32.mul', value, f32(2)), op('f32.convert_i32_u', row!)),
  }),
})

/** One that says that it has functions in it, and one that does not. */
export const lightAndHeavy: readonly Epilogue[] = [doublePlusRow(false), doublePlusRow(true)]
