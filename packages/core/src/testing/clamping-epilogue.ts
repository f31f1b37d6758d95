/** An epilogue for tests of kernels that needs its indices right: adds a tensor like the output, then clamps at 0. */
import { elementCount, type Shape } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import type { Epilogue, TensorRef } from '../kernel/lower.ts'
import { f32, i32, load, type Operand, op } from '../wasm/index.ts'

/** What is added. */
export function residualOf(shape: Shape): Tensor<'float32'> {
  return tensor(
    'float32',
    shape,
    Float32Array.from({ length: elementCount(shape) }, (_, i) => (i % 7) / 4),
  )
}

/** NaN becomes 0. `isHeavy`: it says that functions are in it, though there are none. */
export function clampingEpilogue(residual: TensorRef, isHeavy = false): Epilogue {
  return {
    bind(view) {
      if (elementCount(view) !== elementCount(residual.shape)) return undefined
      const addressOf = (base: Operand<'i32'>, indices: readonly Operand<'i32'>[]) => {
        const index = indices.reduce<Operand<'i32'>>(
          (sum, at, axis) => op('i32.add', op('i32.mul', sum, i32(view[axis]!)), at),
          i32(0),
        )
        return op('i32.add', base, op('i32.shl', index, i32(2)))
      }
      return {
        key: `add-then-clamp:${view.join('x')}:${isHeavy}`,
        isHeavy,
        params: { epilogueAdded: 'in' },
        args: { epilogueAdded: residual.at },
        vector(k, value, indices) {
          const added = load('v128.load', addressOf(k.arg('epilogueAdded'), indices))
          return op('f32x4.pmax', op('f32x4.splat', f32(0)), op('f32x4.add', value, added))
        },
        scalar(k, value, indices) {
          const added = load('f32.load', addressOf(k.arg('epilogueAdded'), indices))
          return op('f32.max', f32(0), op('f32.add', value, added))
        },
      }
    },
  }
}

/** What the epilogue makes of a result. */
export function clamped(x: Tensor): Tensor {
  const added = residualOf(x.shape).data
  const data = (x.data as Float32Array).map((value, i) => (value + added[i]! > 0 ? value + added[i]! : 0)) // of float32
  return tensor('float32', x.shape, data)
}
