/** Compares the kernels of an operator with its reference kernel on every target. */
import type { AnyOp } from '../ops/define.ts'
import { checkEmit, type EmitCase } from './check-emit.ts'
import type { Tolerance } from './close.ts'
import { testTargets } from './targets.ts'

export interface TargetsCase extends EmitCase {
  readonly threads?: number
  readonly tolerance?: Tolerance
}

/** Throws where a kernel and the reference differ on one of the targets. */
export function checkOnTargets(op: AnyOp, one: TargetsCase): void {
  const { threads = 1, tolerance = { relative: 1e-5, absolute: 1e-6 } } = one
  for (const target of testTargets()) {
    try {
      checkEmit(op, one, target, { threads, tolerance })
    } catch (error) {
      const shapes = one.inputs.map((x) => x && `${x.dtype}[${x.shape}]`)
      const how = `${shapes}, ${JSON.stringify(one.attrs)}, relaxed ${target.relaxed}`
      throw new Error(`${how}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
}
